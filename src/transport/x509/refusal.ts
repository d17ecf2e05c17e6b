/** Why a certificate, or a chain of them, is refused. */

import type { ChainVerdict } from "./trust.js";

export type Refusal = Extract<ChainVerdict, { readonly fault: unknown }>;
