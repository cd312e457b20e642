# Your kernel: a page that says what it is, and answers every line that is typed with what it does. QEMU's machine "virt" of RISC-V.
        .global _start
_start: la      a0, ready
        call    print
        li      s0, 0x10000000      # the UART: data at 0, line status at 5
wait:   lbu     t1, 5(s0)
        andi    t1, t1, 1
        beqz    t1, wait
        lbu     t2, 0(s0)
        li      t1, 13              # the enter key
        beq     t2, t1, enter
        li      t1, 113             # q
        beq     t2, t1, quit
        sb      t2, 0(s0)           # what is typed is echoed
        j       wait
enter:  la      a0, heard
        call    print
        j       wait
quit:   la      a0, bye
        call    print
        li      t0, 0x100000        # the test finisher: 0x5555 powers the machine off
        li      t1, 0x5555
        sw      t1, 0(t0)
park:   wfi
        j       park

print:  li      t0, 0x10000000
next:   lbu     t1, 0(a0)
        beqz    t1, end
        sb      t1, 0(t0)
        addi    a0, a0, 1
        j       next
end:    ret

ready:  .asciz  "MYOS: up 2 drivers\n> "
heard:  .asciz  "\nMYOS: heard you\n> "
bye:    .asciz  "\nMYOS: bye\n"
