/* Put before shim/imports.c with -include: names the section of its code. */
#pragma clang section text = "shim_imports"
