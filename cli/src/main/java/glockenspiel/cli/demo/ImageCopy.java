package glockenspiel.cli.demo;

import glockenspiel.cli.output.CommandFailure;
import glockenspiel.journal.device.FileBlockDevice;
import glockenspiel.journal.device.ImageInUseException;
import glockenspiel.journal.offline.OfflineVolume;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The copy of the user's image that a demonstration works on; the image itself is never touched.
 */
final class ImageCopy {
  private static final int COPY_BYTES = 1 << 20;

  private ImageCopy() {}

  /**
   * Copies an image; what is zero in it takes no space in the copy.
   *
   * @param journals how many it must have
   */
  static void make(Path from, Path to, int journals) throws IOException {
    if (!Files.isReadable(from) || Files.isDirectory(from)) {
      throw CommandFailure.wrongUsage(
          "--image " + from + ": no such file, or not readable; give the path of an image");
    }
    requireVolume(from, journals);
    try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
        FileChannel target =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      requireUnused(from, source);
      long size = source.size();
      target.write(ByteBuffer.allocate(1), size - 1);
      ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
      for (long at = 0; at < size; ) {
        buffer.clear();
        int count = source.read(buffer, at);
        if (count <= 0) {
          throw new IOException(from + ": ends at byte " + at + " of " + size);
        }
        buffer.flip();
        if (!isZero(buffer)) {
          writeAll(target, buffer, at);
        }
        at += count;
      }
    } catch (ImageInUseException inUse) {
      Files.deleteIfExists(to);
      throw inUse;
    } catch (IOException failure) {
      throw new IOException(
          "cannot copy %s to %s: %s; --work DIR chooses another place"
              .formatted(from, to, failure.getMessage()),
          failure);
    }
  }

  /** Looked at before the copy is made, so that what is wrong is told of the user's own image. */
  private static void requireVolume(Path image, int journals) throws IOException {
    try (OfflineVolume volume = OfflineVolume.open(image, FileBlockDevice.Access.READ)) {
      VolumeInfo info = volume.call(opened -> Promise.of(opened.info()));
      if (info.journals() < journals) {
        throw CommandFailure.wrongUsage(
            "image %s: volume %s has too few journals, %d of the %d that are needed: use fewer --nodes, or an image with more"
                .formatted(image, info.name(), info.journals(), journals));
      }
    }
  }

  /** A copy of an image that is being changed would be no image. */
  private static void requireUnused(Path from, FileChannel source) throws IOException {
    try {
      if (source.tryLock(0, Long.MAX_VALUE, true) == null) {
        throw inUse(from);
      }
    } catch (OverlappingFileLockException here) {
      throw inUse(from);
    }
  }

  private static ImageInUseException inUse(Path from) {
    return new ImageInUseException(
        "image " + from + " is in use by a journal-service or another command; stop that first");
  }

  private static void writeAll(FileChannel target, ByteBuffer buffer, long at) throws IOException {
    long next = at;
    while (buffer.hasRemaining()) {
      next += target.write(buffer, next);
    }
  }

  private static boolean isZero(ByteBuffer buffer) {
    int at = buffer.position();
    for (; at + Long.BYTES <= buffer.limit(); at += Long.BYTES) {
      if (buffer.getLong(at) != 0) {
        return false;
      }
    }
    for (; at < buffer.limit(); at++) {
      if (buffer.get(at) != 0) {
        return false;
      }
    }
    return true;
  }
}
