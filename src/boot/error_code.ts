/** The contract's error codes, for the kernel's own files. */

export { ErrorCode, errorName } from "../../abi/error_code";
