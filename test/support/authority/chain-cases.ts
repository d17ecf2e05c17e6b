/** The table of server chains: the good ones, and one for each thing that can be wrong. */

import type { ChainCase } from "../authority.js";
import { addAlgorithmCases } from "./algorithm-cases.js";
import { CaseTable } from "./case-table.js";
import { addNameCases, addWildcardCases } from "./name-cases.js";
import type { OpensslCa } from "./openssl-ca.js";
import { addGoodPaths, addIssuerCases, addTimeCases, addUntrustedCases } from "./path-cases.js";
import { addConstraintCases, addUseCases } from "./use-cases.js";

export function makeChainCases(ca: OpensslCa): readonly ChainCase[] {
  const table = new CaseTable(ca);
  // The first of these is `Authority.good`.
  addGoodPaths(table);
  addTimeCases(table);
  addUntrustedCases(table);
  addIssuerCases(table);
  addAlgorithmCases(table);
  addNameCases(table);
  addWildcardCases(table);
  addUseCases(table);
  addConstraintCases(table);
  return table.cases;
}
