/* Runs the program's module with what is on the standard input, and writes what it returns to the standard output. */

#include <stdio.h>
#include <stdlib.h>
#include "xs.h"
#include "mc.xs.h"

static char input[16 * 1024 * 1024];

void fxAbort(xsMachine* the, int status)
{
	fprintf(stderr, "the machine ended: %s\n", fxAbortString(status));
	exit(1);
}

int main(void)
{
	int status = 0;
	size_t length = fread(input, 1, sizeof(input) - 1, stdin);
	xsMachine* machine = fxPrepareMachine(NULL, xsPreparation(), "program", NULL, NULL);

	input[length] = 0;
	xsBeginHost(machine);
	xsTry {
		xsResult = xsAwaitImport("test/sdk/crypto-program/main", XS_IMPORT_DEFAULT);
		xsResult = xsCallFunction1(xsResult, xsGlobal, xsString(input));
		fputs(xsToString(xsResult), stdout);
	}
	xsCatch {
		fprintf(stderr, "%s\n", xsToString(xsException));
		status = 1;
	}
	xsEndHost(machine);
	xsDeleteMachine(machine);
	return status;
}
