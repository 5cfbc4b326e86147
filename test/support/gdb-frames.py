"""Run by gdb: prints, for each thread, the addresses of its frames, without those that the compiler put into others."""
import gdb

for thread in gdb.selected_inferior().threads():
    thread.switch()
    frame = gdb.newest_frame()
    addresses = []
    while frame is not None:
        if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME):
            addresses.append("%x" % frame.pc())
        try:
            frame = frame.older()
        except gdb.error:
            break
    print("FRAMES", thread.ptid[1], " ".join(addresses))
