package glockenspiel.journal.device;

import glockenspiel.journal.device.VolumeState.JournalRecord;
import glockenspiel.journal.device.VolumeState.Standing;
import glockenspiel.journal.device.VolumeState.StatfsFold;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * A volume's state as text that a person can read. One fact a line, the checksum of all before it
 * last:
 *
 * <pre>
 * glockenspiel-volume-state 1
 * volume cluster:fs
 * uuid 6f1c...
 * first-epoch 1795331356
 * journal 0 epoch 1795331358 standing OPEN node host-a
 * fold journal 0 sequence 2051 position 1830 total 8172 free 5709 dinodes 93 zeroed 0,1 applied false
 * crc32c 1f3a5b77
 * </pre>
 */
final class VolumeStateText {
  private static final String FIRST_LINE = "glockenspiel-volume-state 1";
  private static final String NOBODY = "-";
  private static final int JOURNALS_MAX = 1 << 16;

  private VolumeStateText() {}

  static byte[] encode(VolumeState state) {
    StringBuilder text = new StringBuilder();
    text.append(FIRST_LINE).append('\n');
    text.append("volume ").append(word(state.volume())).append('\n');
    text.append("uuid ").append(state.uuid()).append('\n');
    text.append("first-epoch ").append(state.firstEpoch()).append('\n');
    for (int jid = 0; jid < state.journals().size(); jid++) {
      JournalRecord journal = state.journal(jid);
      text.append("journal ").append(jid);
      text.append(" epoch ").append(journal.epoch());
      text.append(" standing ").append(journal.standing());
      text.append(" node ").append(word(journal.nodeName())).append('\n');
    }
    StatfsFold fold = state.fold();
    if (fold != null) {
      text.append("fold journal ").append(fold.jid());
      text.append(" sequence ").append(fold.headSequence());
      text.append(" position ").append(fold.headBlock());
      text.append(" total ").append(fold.total());
      text.append(" free ").append(fold.free());
      text.append(" dinodes ").append(fold.dinodes());
      text.append(" zeroed ");
      text.append(fold.zeroed().stream().map(String::valueOf).collect(Collectors.joining(",")));
      text.append(" applied ").append(fold.applied()).append('\n');
    }
    String checksum = checksum(text.toString());
    text.append("crc32c ").append(checksum).append('\n');
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads it back.
   *
   * @throws IllegalArgumentException saying what is wrong, if it is not exactly what was written
   */
  static VolumeState decode(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int last = text.lastIndexOf("crc32c ");
    if (!text.startsWith(FIRST_LINE + "\n") || last < 0 || !text.endsWith("\n")) {
      throw new IllegalArgumentException("it does not begin and end as it must");
    }
    String stored = text.substring(last + "crc32c ".length()).strip();
    String computed = checksum(text.substring(0, last));
    if (!stored.equals(computed)) {
      throw new IllegalArgumentException("its checksum is " + computed + ", not " + stored);
    }
    return parse(text.substring(0, last).lines().skip(1).toList());
  }

  private static VolumeState parse(List<String> lines) {
    String volume = "";
    UUID uuid = new UUID(0, 0);
    long firstEpoch = 0;
    List<JournalRecord> journals = new ArrayList<>();
    StatfsFold fold = null;
    for (String line : lines) {
      Fields fields = new Fields(line);
      switch (fields.name()) {
        case "volume" -> volume = text(fields.first());
        case "uuid" -> uuid = UUID.fromString(fields.first());
        case "first-epoch" -> firstEpoch = Long.parseLong(fields.first());
        case "journal" -> {
          if (Integer.parseInt(fields.first()) != journals.size()
              || journals.size() > JOURNALS_MAX) {
            throw new IllegalArgumentException("line '" + line + "' is out of order");
          }
          journals.add(
              new JournalRecord(
                  fields.number("epoch"),
                  Standing.valueOf(fields.get("standing")),
                  text(fields.get("node"))));
        }
        case "fold" -> fold = fold(fields);
        default -> throw new IllegalArgumentException("line '" + line + "' is unknown");
      }
    }
    if (firstEpoch < 1) {
      throw new IllegalArgumentException("first-epoch " + firstEpoch + ": expected at least 1");
    }
    return new VolumeState(volume, uuid, firstEpoch, journals, fold);
  }

  private static StatfsFold fold(Fields fields) {
    List<Integer> zeroed =
        Arrays.stream(fields.get("zeroed").split(","))
            .filter(jid -> !jid.isEmpty())
            .map(Integer::valueOf)
            .toList();
    return new StatfsFold(
        Math.toIntExact(fields.number("journal")),
        fields.number("sequence"),
        fields.number("position"),
        fields.number("total"),
        fields.number("free"),
        fields.number("dinodes"),
        zeroed,
        Boolean.parseBoolean(fields.get("applied")));
  }

  private static String word(String text) {
    if (text.equals(NOBODY)) {
      return "%2D";
    }
    return text.isEmpty()
        ? NOBODY
        : URLEncoder.encode(text, StandardCharsets.UTF_8).replace("%3A", ":");
  }

  private static String text(String word) {
    return word.equals(NOBODY) ? "" : URLDecoder.decode(word, StandardCharsets.UTF_8);
  }

  private static String checksum(String text) {
    CRC32C crc = new CRC32C();
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(crc.getValue());
  }

  /**
   * The words of a line: names and values take turns, except that the line's own name may have a
   * value.
   */
  private static final class Fields {
    private final String[] words;

    Fields(String line) {
      this.words = line.split(" ", -1);
    }

    String name() {
      return words[0];
    }

    String first() {
      return at(1);
    }

    long number(String name) {
      return Long.parseLong(get(name));
    }

    String get(String name) {
      for (int i = 0; i + 1 < words.length; i++) {
        if (words[i].equals(name)) {
          return words[i + 1];
        }
      }
      throw new IllegalArgumentException("field " + name + " is missing");
    }

    private String at(int index) {
      if (index >= words.length) {
        throw new IllegalArgumentException("line '" + words[0] + "' has no value");
      }
      return words[index];
    }
  }
}
