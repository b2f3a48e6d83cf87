/**
 * GFS2's on-disk format: the errors, the checks, the volume's geometry, the superblock and the
 * header that every metadata block starts with. The sub-packages hold the structures: {@code
 * inode}, {@code resourcegroup}, {@code directory}, {@code log}, and {@code walk} for everything
 * that hangs on one inode.
 *
 * <p>Views read and write big-endian {@link java.nio.ByteBuffer}s in place. They are pure: no I/O,
 * no threads, no clocks. Anyone may call in; this package imports the JDK and JSpecify only.
 * Nothing in a buffer is trusted: what does not fit is a {@link
 * glockenspiel.ondisk.CorruptBlockException}.
 */
@NullMarked
package glockenspiel.ondisk;

import org.jspecify.annotations.NullMarked;
