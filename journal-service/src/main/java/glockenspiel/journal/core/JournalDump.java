package glockenspiel.journal.core;

import glockenspiel.ondisk.CorruptBlockException;
import glockenspiel.ondisk.Geometry;
import glockenspiel.ondisk.MetaHeader;
import glockenspiel.ondisk.MetaType;
import glockenspiel.ondisk.log.DescriptorType;
import glockenspiel.ondisk.log.HeaderValidity;
import glockenspiel.ondisk.log.LogDescriptor;
import glockenspiel.ondisk.log.LogHeader;
import glockenspiel.ondisk.log.RevokeContinuation;
import glockenspiel.ondisk.log.SealedHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A journal as lines of text, readable beside {@code gfs2_edit -p journalN}: block and position in
 * hex, then what is there. What cannot be read is shown as such; a dump never fails for it.
 */
final class JournalDump {
  private static final int REVOKES_A_LINE = 8;

  private final Geometry geometry;
  private final JournalReader reader;
  private final JournalExtents extents;
  private final Consumer<String> lines;

  /** The record whose blocks come next. */
  private @Nullable LogDescriptor record;

  private int recordBlock;

  JournalDump(Geometry geometry, JournalReader reader, Consumer<String> lines) {
    this.geometry = geometry;
    this.reader = reader;
    this.extents = reader.extents();
    this.lines = lines;
  }

  /** Shows it. Only inside a task. */
  void run(boolean all) {
    JournalScan scan = JournalScan.find(reader);
    LogHeader head = scan.head();
    if (head == null) {
      lines.accept("no valid log header");
      reader.forEach(0, extents.length(), this::show);
      return;
    }
    lines.accept(
        "head: position 0x%x sequence 0x%x tail 0x%x %s"
            .formatted(
                head.position(), head.sequence(), head.tail(), head.isClean() ? "CLEAN" : "DIRTY"));
    if (all) {
      reader.forEach(0, extents.length(), this::show);
      return;
    }
    // A damaged head may name a position that the journal does not have.
    long last = head.position() < extents.length() ? head.position() : scan.foundAt();
    long first = head.isClean() || head.tail() >= extents.length() ? last : head.tail();
    if (first > last) {
      reader.forEach(first, extents.length(), this::show);
      first = 0;
    }
    reader.forEach(first, last + 1, this::show);
  }

  private boolean show(long position, ByteBuffer content) {
    MetaType type = MetaHeader.type(content);
    LogDescriptor current = record;
    if (current != null && recordBlock < current.length()) {
      member(current, position, content);
      recordBlock++;
    } else if (type == MetaType.LOG_HEADER) {
      header(position, content);
    } else if (type == MetaType.LOG_DESCRIPTOR) {
      descriptor(position, content);
    } else {
      line(position, type == null ? "no metadata" : type.structure());
    }
    return true;
  }

  private void line(long position, String text) {
    lines.accept("0x%x (j+%4x): %s".formatted(extents.blockAt(position), position, text));
  }

  private void header(long position, ByteBuffer content) {
    HeaderValidity validity = LogHeader.validate(content, position);
    LogHeader header = LogHeader.read(content);
    StringBuilder text = new StringBuilder();
    text.append(
        "Log header: Seq: 0x%x, tail: 0x%x, blk: 0x%x [%s]"
            .formatted(
                header.sequence(),
                header.tail(),
                header.position(),
                HeaderFlagNames.of(header.flags())));
    if (header.isV2()) {
      text.append(
          " statfs 0x%x: %d/%d/%d, time %d.%09d"
              .formatted(
                  header.statfsAddress(),
                  header.localStatfs().total(),
                  header.localStatfs().free(),
                  header.localStatfs().dinodes(),
                  header.seconds(),
                  header.nanos()));
    }
    if (SealedHeader.readIfSealed(content, position) != null) {
      text.append(" SEALED: its log header was not written yet");
    } else if (!validity.isValid()) {
      text.append(" BAD: ").append(validity);
    }
    line(position, text.toString());
  }

  private void descriptor(long position, ByteBuffer content) {
    LogDescriptor found;
    try {
      found = LogDescriptor.of(content, extents.blockAt(position), geometry);
    } catch (CorruptBlockException damage) {
      line(position, "Log descriptor BAD: " + damage.getMessage());
      return;
    }
    line(
        position,
        "Log descriptor, type %d (%s) len:%d, data1: %d"
            .formatted(found.type().code(), nameOf(found.type()), found.length(), found.count()));
    record = found;
    recordBlock = 1;
    if (found.type() == DescriptorType.REVOKE) {
      List<Long> revokes = new ArrayList<>();
      for (int i = 0; i < found.revokesIn(0); i++) {
        revokes.add(found.revoke(i));
      }
      revokes(revokes);
    }
  }

  private static String nameOf(DescriptorType type) {
    return switch (type) {
      case METADATA -> "Metadata";
      case REVOKE -> "Revoke";
      case JDATA -> "Jdata";
      case UNKNOWN -> "unknown, skipped";
    };
  }

  private void member(LogDescriptor descriptor, long position, ByteBuffer content) {
    if (descriptor.type() == DescriptorType.REVOKE) {
      continuation(descriptor, position, content);
      return;
    }
    int index = recordBlock - 1;
    if (index >= descriptor.tags()) {
      line(position, "unused block of the record");
      return;
    }
    MetaType type = MetaHeader.type(content);
    String what = descriptor.type() == DescriptorType.JDATA ? "data" : "metadata";
    line(
        position,
        "  %s of block 0x%x%s%s"
            .formatted(
                what,
                descriptor.tag(index),
                descriptor.isEscaped(index) ? " (escaped)" : "",
                type == null ? "" : ": " + type.structure()));
  }

  private void continuation(LogDescriptor descriptor, long position, ByteBuffer content) {
    RevokeContinuation block;
    try {
      block = RevokeContinuation.of(content, extents.blockAt(position), geometry);
    } catch (CorruptBlockException damage) {
      line(position, "Log descriptor continuation block BAD: " + damage.getMessage());
      return;
    }
    line(position, "Log descriptor continuation block");
    List<Long> revokes = new ArrayList<>();
    for (int i = 0; i < descriptor.revokesIn(recordBlock); i++) {
      revokes.add(block.revoke(i));
    }
    revokes(revokes);
  }

  private void revokes(List<Long> revokes) {
    for (int from = 0; from < revokes.size(); from += REVOKES_A_LINE) {
      StringJoiner line = new StringJoiner(" ", "                revoke ", "");
      for (long block : revokes.subList(from, Math.min(revokes.size(), from + REVOKES_A_LINE))) {
        line.add("0x" + Long.toHexString(block));
      }
      lines.accept(line.toString());
    }
  }
}
