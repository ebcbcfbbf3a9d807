"""Runs a program on a pseudo-terminal: pseudo-terminal.py COLUMNS ROWS PROGRAM ARGUMENT...

Its output goes to stdout. A line of stdin resizes the terminal (`40 24`) or types a key (`key 3` is Ctrl-C).
"""

import fcntl
import os
import pty
import select
import struct
import sys
import termios

columns, rows, *command = sys.argv[1:]
# The program starts when the terminal has its size.
wait, go = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.close(go)
    os.read(wait, 1)
    os.execvp(command[0], command)


def resize(columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


resize(columns, rows)
os.close(go)
sources = [terminal, sys.stdin]
while terminal in sources:
    for source in select.select(sources, [], [])[0]:
        if source is terminal:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                data = b""
            if not data:
                sources.remove(terminal)
            os.write(1, data)
        elif words := sys.stdin.readline().split():
            if words[0] == "key":
                os.write(terminal, bytes([int(words[1])]))
            else:
                resize(*words)
        else:
            sources.remove(sys.stdin)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
