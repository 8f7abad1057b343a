/*
 * Where the boot loader jumps to, and where the processor's exceptions arrive.
 *
 * At entry (Limine boot protocol, x86-64 machine state): long mode, interrupts
 * off, a stack of the loader's, SSE off. Before any C runs the shim stands on
 * its own stack and the compiler may use SSE.
 */

        .section .boot_stack, "aw", @nobits
        .balign 4096
        .global boot_stack, boot_stack_end
boot_stack:
        .skip 512 * 1024
boot_stack_end:

        .section .text
        .global shim_entry
shim_entry:
        lea     boot_stack_end(%rip), %rsp
        xor     %ebp, %ebp
        mov     %cr0, %rax
        and     $~(1 << 2), %eax                /* EM: no x87 emulation */
        or      $(1 << 1 | 1 << 16), %eax       /* MP; WP: read-only holds */
        mov     %rax, %cr0
        mov     %cr4, %rax
        or      $(3 << 9), %eax                 /* OSFXSR, OSXMMEXCPT */
        mov     %rax, %cr4
        call    shim_main
        ud2

/*
 * One entry of 16 bytes for each of the 32 exceptions. All leave the same frame:
 * RBP, vector, error code (0 where the processor pushes none), then what the
 * processor pushed. They run on the exception stack and do not return.
 */
        .balign 16
        .global exception_entries
exception_entries:
        .set    vector, 0
        .rept   32
        .balign 16
        .if     !((1 << vector) & 0x60227d00)   /* 8, 10-14, 17, 21, 29, 30 */
        push    $0
        .endif
        push    $vector
        jmp     exception_common
        .set    vector, vector + 1
        .endr

exception_common:
        push    %rbp
        mov     %rsp, %rdi
        and     $-16, %rsp
        cld
        call    exception_report
        ud2

/*
 * run_on_stack(top, left, function, first, second): calls function(first, second)
 * on the stack that ends at `top`, a multiple of 16, and returns what that does.
 * What lies below *left, a multiple of 16 too, is free meanwhile on the stack of
 * the caller.
 */
        .global run_on_stack
run_on_stack:
        push    %rbp
        mov     %rsp, %rbp
        mov     %rsp, (%rsi)
        mov     %rdi, %rsp
        mov     %rcx, %rdi
        mov     %r8, %rsi
        call    *%rdx
        mov     %rbp, %rsp
        pop     %rbp
        ret

/* load_descriptor_tables(gdt pointer, idt pointer): see descriptors.c. */
        .global load_descriptor_tables
load_descriptor_tables:
        lgdt    (%rdi)
        lidt    (%rsi)
        mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        xor     %eax, %eax
        mov     %eax, %fs
        mov     %eax, %gs
        mov     $0x18, %eax
        ltr     %ax
        pop     %rax
        push    $0x08
        push    %rax
        lretq

        .section .note.GNU-stack, "", @progbits
