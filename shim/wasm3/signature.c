#include "signature.h"

static char letter_of(M3ValueType type) {
    static const char letters[] = {
        [c_m3Type_i32] = 'i', [c_m3Type_i64] = 'I', [c_m3Type_f32] = 'f', [c_m3Type_f64] = 'F'};
    return (size_t)type < sizeof letters && letters[type] ? letters[type] : '?';
}

void wasm3_signature(IM3Function function, char signature[SIGNATURE_BYTES]) {
    uint32_t parameters = m3_GetArgCount(function), results = m3_GetRetCount(function);
    *signature = 0;
    if (parameters > KERNEL_PARAMETERS_MAX || results > 1)
        return;
    *signature++ = results ? letter_of(m3_GetRetType(function, 0)) : 'v';
    *signature++ = '(';
    for (uint32_t i = 0; i < parameters; i++)
        *signature++ = letter_of(m3_GetArgType(function, i));
    *signature++ = ')';
    *signature = 0;
}
