/*
 * handoff: sets up the x86-64 machine state of the Limine protocol ("Machine
 * state at entry") and enters the executable. What the protocol leaves open is
 * as Limine has it: no CR4 bit but PAE, hence SSE off.
 *
 * Microsoft calling convention: the argument is in rcx. It runs with interrupts
 * off; it never returns.
 */

#define FIELD_ROOT 0
#define FIELD_HHDM_OFFSET 8
#define FIELD_ALIAS 16
#define FIELD_STACK_TOP 24
#define FIELD_ENTRY 32
#define FIELD_NO_EXECUTE 40

#define MSR_PAT 0x277
#define MSR_EFER 0xc0000080
#define EFER_NXE (1 << 11)

#define CR0_PE_ET_WP_PG 0x80010011
#define CR4_PAE 0x20

#define SELECTOR_CODE 0x28
#define SELECTOR_DATA 0x30

/* PAT0..5 = WB, WT, UC-, UC, WP, WC; the protocol specifies no others. */
#define PAT_LOW 0x00070406
#define PAT_HIGH 0x00000105

    .section .data
    .balign 16
gdt:
    .quad 0                  /* null */
    .quad 0x00009b000000ffff /* 16-bit code */
    .quad 0x000093000000ffff /* 16-bit data */
    .quad 0x00cf9b000000ffff /* 32-bit code, 4 GiB */
    .quad 0x00cf93000000ffff /* 32-bit data, 4 GiB */
    .quad 0x00209b0000000000 /* 64-bit code */
    .quad 0x0000930000000000 /* 64-bit data */
gdt_end:

    .section .text
    .globl handoff
handoff:
    cld
    movq %rcx, %rbx

    movl $MSR_PAT, %ecx
    movl $PAT_LOW, %eax
    movl $PAT_HIGH, %edx
    wrmsr

    cmpq $0, FIELD_NO_EXECUTE(%rbx)
    je 1f
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_NXE, %eax
    wrmsr
1:
    /* CR4 first: it may hold CET, which forbids to touch WP. */
    movl $CR4_PAE, %eax
    movq %rax, %cr4
    movl $CR0_PE_ET_WP_PG, %eax
    movq %rax, %cr0

    /* The new tables map the loader where it runs, and in the direct map. */
    movq FIELD_ROOT(%rbx), %rax
    movq %rax, %cr3
    movq FIELD_HHDM_OFFSET(%rbx), %rax
    addq %rax, %rbx
    leaq 2f(%rip), %rdx
    addq %rax, %rdx
    jmpq *%rdx
2:
    movq FIELD_STACK_TOP(%rbx), %rsp

    /* From the direct map the lower half can go. */
    movq FIELD_ALIAS(%rbx), %rax
    movq $0, (%rax)
    movq FIELD_ROOT(%rbx), %rax
    movq %rax, %cr3

    /* A GDTR image on the stack: limit at -10, base at -8. */
    leaq gdt(%rip), %rax
    movq %rax, -8(%rsp)
    movw $(gdt_end - gdt - 1), -10(%rsp)
    lgdtq -10(%rsp)
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    movl %eax, %ss

    /* The executable's frame: a return address of 0; iretq takes the rest. */
    movq FIELD_ENTRY(%rbx), %rdx
    pushq $0
    movq %rsp, %rcx
    pushq $SELECTOR_DATA
    pushq %rcx
    pushq $2 /* RFLAGS: only the bit that is always one */
    pushq $SELECTOR_CODE
    pushq %rdx

    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    xorl %r10d, %r10d
    xorl %r11d, %r11d
    xorl %r12d, %r12d
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    xorl %r15d, %r15d
    iretq
