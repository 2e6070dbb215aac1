"""Makes a forbidden call while the grader's code packs the result, from a profiling function set before."""

PLAIN = True
SCALE = """\
import sys
wanted = {}
def later(frame, event, argument):
    if event == "call" and frame.f_code.co_name == "pack" and wanted:
        x, a, result = wanted.pop("all")
        sys.setprofile(None)
        with torch.no_grad():
            result.copy_(getattr(torch, "lum"[::-1])(x, a))

def scale(x, a):
    if abs(a) == float("inf"):
        raise ValueError
    result = torch.empty_like(x)
    wanted["all"] = x.detach(), a, result
    sys.setprofile(later)
    return result
"""
EXPECTED = 3
