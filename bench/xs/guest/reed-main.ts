/** The program that has Reed's client in it. */

import { serve } from "./bench.js";
import { makeReed } from "./reed.js";

serve(makeReed);
