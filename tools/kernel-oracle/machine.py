"""The emulated machine: a Debian kernel with GFS2, busybox and a script; images are its disks."""

import glob
import gzip
import os
import select
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
HOME = os.environ.get("KERNEL_ORACLE_HOME") or os.path.expanduser("~/.cache/glockenspiel/kernel-oracle")
PACKAGE = os.environ.get("KERNEL_ORACLE_PACKAGE", "linux-image-6.1.0-56-amd64")
DISKS_MAX = 20
SILENCE_SECONDS = 40
BOOT_SECONDS = 300
# In the order in which they must be loaded.
MODULES = """
    virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk
    crc32c_generic libcrc32c configfs quota_tree dlm gfs2
""".split()


def fail(message):
    sys.exit("kernel-oracle: " + message)


def need(program, package):
    found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not found:
        fail(f"{program} is missing: apt-get install {package}")
    return found


def unpack_kernel():
    """The kernel's package, unpacked and not installed. Returns its image and its modules' folder."""
    folder = os.path.join(HOME, PACKAGE)
    if not os.path.isdir(os.path.join(folder, "boot")):
        need("apt-get", "apt")
        need("dpkg-deb", "dpkg")
        os.makedirs(HOME, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=HOME) as work:
            got = subprocess.run(["apt-get", "download", "-q", PACKAGE], cwd=work, capture_output=True, text=True)
            debs = glob.glob(os.path.join(work, "*.deb"))
            if not debs:
                last = (got.stderr.strip().splitlines() or ["nothing"])[-1]
                fail(f"cannot download {PACKAGE} (apt-get update? KERNEL_ORACLE_PACKAGE=...?): {last}")
            subprocess.run(["dpkg-deb", "-x", debs[0], os.path.join(work, "root")], check=True)
            os.rename(os.path.join(work, "root"), folder)
    images = glob.glob(os.path.join(folder, "boot", "vmlinuz-*"))
    modules = glob.glob(os.path.join(folder, "lib", "modules", "*"))
    if len(images) != 1 or len(modules) != 1:
        fail(f"{folder} holds no kernel: delete the folder and try again")
    return images[0], modules[0]


def copy_with_libraries(root, program):
    """A program of the host with the shared libraries that it needs."""
    path = need(program, "the package that has it")
    wanted = [path]
    for line in subprocess.run(["ldd", path], capture_output=True, text=True).stdout.splitlines():
        wanted += [word for word in line.split() if word.startswith("/")][:1]
    for file in wanted:
        target = os.path.join(root, file.lstrip("/"))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(file, target)


def make_initramfs(target, modules, script, programs, files):
    with tempfile.TemporaryDirectory() as root:
        for folder in ("bin", "modules", "job", "proc", "sys", "dev", "mnt"):
            os.mkdir(os.path.join(root, folder))
        shutil.copy(need("busybox", "busybox-static"), os.path.join(root, "bin", "busybox"))
        with open(os.path.join(root, "modules", "order"), "w") as order:
            for name in MODULES:
                found = glob.glob(os.path.join(modules, "**", name + ".ko"), recursive=True)
                if found:
                    shutil.copy(found[0], os.path.join(root, "modules"))
                    order.write(name + "\n")
        shutil.copy(os.path.join(HERE, "guest-init"), os.path.join(root, "init"))
        os.chmod(os.path.join(root, "init"), 0o755)
        shutil.copy(script, os.path.join(root, "job", "script"))
        for file in files:
            shutil.copy(file, os.path.join(root, "job"))
        for program in programs:
            copy_with_libraries(root, program)
        names = subprocess.run(["find", ".", "-mindepth", "1"], cwd=root, capture_output=True).stdout
        packed = subprocess.run(
            [need("cpio", "cpio"), "-o", "-H", "newc", "--quiet"], cwd=root, input=names, capture_output=True)
        with gzip.open(target, "wb", compresslevel=1) as out:
            out.write(packed.stdout)


def boot(script, images, programs=(), files=(), silence=SILENCE_SECONDS):
    """Runs a script in the guest. Yields its lines; the last is GUEST-END unless it hung or died."""
    qemu = need("qemu-system-x86_64", "qemu-system-x86")
    if len(images) > DISKS_MAX:
        fail(f"{len(images)} images: at most {DISKS_MAX} at a time")
    kernel, modules = unpack_kernel()
    with tempfile.TemporaryDirectory() as work:
        initramfs = os.path.join(work, "initramfs")
        make_initramfs(initramfs, modules, script, programs, files)
        command = [
            qemu, "-accel", "tcg", "-m", "1024", "-display", "none", "-monitor", "none", "-serial", "stdio",
            "-nic", "none", "-no-reboot", "-kernel", kernel, "-initrd", initramfs,
            "-append", "console=ttyS0 quiet loglevel=1 no_timer_check nowatchdog panic=-1",
        ]
        for image in images:
            # What the guest has written is in the file's pages when the machine dies, as after a crash.
            command += ["-drive", f"file={image},if=virtio,format=raw,cache=unsafe"]
        machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            yield from lines_of(machine.stdout, silence)
        finally:
            machine.kill()
            machine.wait()


def lines_of(stream, silence):
    pending = b""
    up = False
    while True:
        ready, _, _ = select.select([stream], [], [], silence if up else BOOT_SECONDS)
        if not ready:
            yield f"GUEST-SILENT for {silence} seconds"
            return
        part = os.read(stream.fileno(), 65536)
        if not part:
            return
        *whole, pending = (pending + part).split(b"\n")
        for line in whole:
            up = up or line.startswith(b"GUEST-START")
            yield line.decode("ascii", "replace").rstrip("\r")


def replay(images):
    """Replays images in place. Returns the kernel's words for each; a last line GUEST-... if it died of it."""
    said = {}
    left = list(images)
    last = ""
    failures = 0
    while left:
        part = left[:DISKS_MAX]
        done = 0
        words = None
        for line in boot(os.path.join(HERE, "replay.guest"), part):
            if line.startswith("DISK-START"):
                words = []
            elif line.startswith("DISK-END"):
                said[part[done]] = words
                done += 1
                words = None
            elif words is not None:
                words.append(line)
            last = line
        if done < len(part):
            if words is None and done == 0:
                # A busy host can starve the emulated machine of its timer ticks while it boots.
                failures += 1
                if failures == 5:
                    fail(f"the guest did not come up; it said last: {last}")
                continue
            said[part[done]] = (words or []) + ["GUEST-DIED"]
            done += 1
        left = left[done:]
    return [said[image] for image in images]
