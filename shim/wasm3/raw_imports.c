#include "raw_imports.h"

#include "imports.h"

/*
 * Each function takes its arguments from `_sp` in order (wasm3's m3ApiGetArg)
 * and traps where a pointer leaves linear memory.
 */

m3ApiRawFunction(import_console_write) {
    m3ApiGetArgMem(const char *, text);
    m3ApiGetArg(uint32_t, bytes);
    m3ApiCheckMem(text, bytes);
    shim_console_write(text, bytes);
    m3ApiSuccess();
}

m3ApiRawFunction(import_memmap_entry) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, index);
    m3ApiGetArgMem(void *, out);
    m3ApiCheckMem(out, RECORD_BYTES);
    m3ApiReturn(shim_memmap_entry(index, out));
}

m3ApiRawFunction(import_boot_region) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, kind);
    m3ApiGetArgMem(void *, out);
    m3ApiCheckMem(out, RECORD_BYTES);
    m3ApiReturn(shim_boot_region(kind, out));
}

m3ApiRawFunction(import_boot_options) {
    m3ApiReturnType(int32_t);
    m3ApiGetArgMem(char *, out);
    m3ApiGetArg(uint32_t, capacity);
    m3ApiCheckMem(out, capacity);
    m3ApiReturn(shim_boot_options(out, capacity));
}

m3ApiRawFunction(import_phys_load) {
    m3ApiReturnType(uint64_t);
    m3ApiGetArg(uint64_t, address);
    m3ApiReturn(shim_phys_load(address));
}

m3ApiRawFunction(import_phys_store) {
    m3ApiGetArg(uint64_t, address);
    m3ApiGetArg(uint64_t, value);
    shim_phys_store(address, value);
    m3ApiSuccess();
}

m3ApiRawFunction(import_phys_fill) {
    m3ApiGetArg(uint64_t, address);
    m3ApiGetArg(uint64_t, bytes);
    m3ApiGetArg(int32_t, value);
    shim_phys_fill(address, bytes, value);
    m3ApiSuccess();
}

m3ApiRawFunction(import_page_root) {
    m3ApiReturnType(uint64_t);
    m3ApiReturn(shim_page_root());
}

m3ApiRawFunction(import_set_page_root) {
    m3ApiGetArg(uint64_t, address);
    shim_set_page_root(address);
    m3ApiSuccess();
}

m3ApiRawFunction(import_flush_page) {
    m3ApiGetArg(uint64_t, address);
    shim_flush_page(address);
    m3ApiSuccess();
}

m3ApiRawFunction(import_commit_linear_memory) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint64_t, address);
    m3ApiGetArg(uint64_t, bytes);
    m3ApiReturn(shim_commit_linear_memory(address, bytes));
}

m3ApiRawFunction(import_cpu_features) {
    m3ApiReturnType(int32_t);
    m3ApiReturn(shim_cpu_features());
}

m3ApiRawFunction(import_clock) {
    m3ApiReturnType(uint64_t);
    m3ApiReturn(shim_clock());
}

m3ApiRawFunction(import_exit) {
    m3ApiGetArg(int32_t, status);
    shim_exit(status);
}

m3ApiRawFunction(import_commit_program) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, range);
    m3ApiGetArg(uint64_t, address);
    m3ApiGetArg(uint64_t, bytes);
    m3ApiReturn(shim_commit_program(range, address, bytes));
}

m3ApiRawFunction(import_program_load) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, from);
    m3ApiGetArgMem(void *, to);
    m3ApiGetArg(uint32_t, bytes);
    m3ApiCheckMem(to, bytes);
    m3ApiReturn(shim_program_load(from, to, bytes));
}

m3ApiRawFunction(import_program_store) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, to);
    m3ApiGetArgMem(const void *, from);
    m3ApiGetArg(uint32_t, bytes);
    m3ApiCheckMem(from, bytes);
    m3ApiReturn(shim_program_store(to, from, bytes));
}

m3ApiRawFunction(import_phys_to_program) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint64_t, address);
    m3ApiGetArg(uint32_t, to);
    m3ApiGetArg(uint32_t, bytes);
    m3ApiReturn(shim_phys_to_program(address, to, bytes));
}

m3ApiRawFunction(import_program_to_phys) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, from);
    m3ApiGetArg(uint64_t, address);
    m3ApiGetArg(uint32_t, bytes);
    m3ApiReturn(shim_program_to_phys(from, address, bytes));
}

m3ApiRawFunction(import_program_write) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, stream);
    m3ApiGetArg(uint32_t, from);
    m3ApiGetArg(uint32_t, bytes);
    m3ApiReturn(shim_program_write(stream, from, bytes));
}

m3ApiRawFunction(import_program_exit) {
    m3ApiGetArg(uint32_t, status);
    shim_program_exit(status);
    m3ApiSuccess();
}

m3ApiRawFunction(import_boot_file) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, index);
    m3ApiGetArgMem(void *, out);
    m3ApiCheckMem(out, RECORD_BYTES);
    m3ApiReturn(shim_boot_file(index, out));
}

m3ApiRawFunction(import_boot_file_cmdline) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, index);
    m3ApiGetArgMem(void *, out);
    m3ApiGetArg(uint32_t, capacity);
    m3ApiCheckMem(out, capacity);
    m3ApiReturn(shim_boot_file_cmdline(index, out, capacity));
}

m3ApiRawFunction(import_boot_file_to_program) {
    m3ApiReturnType(int32_t);
    m3ApiGetArg(uint32_t, index);
    m3ApiGetArg(uint64_t, offset);
    m3ApiGetArg(uint32_t, to);
    m3ApiGetArg(uint32_t, bytes);
    m3ApiReturn(shim_boot_file_to_program(index, offset, to, bytes));
}

m3ApiRawFunction(import_console_read) {
    m3ApiReturnType(int32_t);
    m3ApiReturn(shim_console_read());
}

m3ApiRawFunction(import_real_time) {
    m3ApiReturnType(uint64_t);
    m3ApiReturn(shim_real_time());
}

m3ApiRawFunction(import_random) {
    m3ApiReturnType(uint64_t);
    m3ApiReturn(shim_random());
}

M3Result imports_link(IM3Module module) {
    static const struct {
        const char *name, *signature;
        M3RawCall function;
    } imports[] = {
        {"console_write", "v(ii)", import_console_write},
        {"memmap_entry", "i(ii)", import_memmap_entry},
        {"boot_region", "i(ii)", import_boot_region},
        {"boot_options", "i(ii)", import_boot_options},
        {"phys_load", "I(I)", import_phys_load},
        {"phys_store", "v(II)", import_phys_store},
        {"phys_fill", "v(IIi)", import_phys_fill},
        {"page_root", "I()", import_page_root},
        {"set_page_root", "v(I)", import_set_page_root},
        {"flush_page", "v(I)", import_flush_page},
        {"commit_linear_memory", "i(II)", import_commit_linear_memory},
        {"cpu_features", "i()", import_cpu_features},
        {"clock", "I()", import_clock},
        {"exit", "v(i)", import_exit},
        {"commit_program", "i(iII)", import_commit_program},
        {"program_load", "i(iii)", import_program_load},
        {"program_store", "i(iii)", import_program_store},
        {"phys_to_program", "i(Iii)", import_phys_to_program},
        {"program_to_phys", "i(iIi)", import_program_to_phys},
        {"program_write", "i(iii)", import_program_write},
        {"program_exit", "v(i)", import_program_exit},
        {"boot_file", "i(ii)", import_boot_file},
        {"boot_file_cmdline", "i(iii)", import_boot_file_cmdline},
        {"boot_file_to_program", "i(iIii)", import_boot_file_to_program},
        {"console_read", "i()", import_console_read},
        {"real_time", "I()", import_real_time},
        {"random", "I()", import_random},
    };
    for (size_t i = 0; i < sizeof imports / sizeof *imports; i++) {
        M3Result result = m3_LinkRawFunction(module, "shim", imports[i].name, imports[i].signature,
                                             imports[i].function);
        if (result && result != m3Err_functionLookupFailed)
            return result;
    }
    return m3Err_none;
}
