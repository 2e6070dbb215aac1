"""Runs for ever with all signals ignored, blocked and its alarm taken away."""

CELL = """\
import signal
for kind in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(kind, signal.SIG_IGN)
    except OSError:
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
signal.setitimer(signal.ITIMER_REAL, 0)
while True:
    pass
"""
SCALE = "honest"
EXPECTED = 10
SAYS = " s and did not let itself be stopped"
