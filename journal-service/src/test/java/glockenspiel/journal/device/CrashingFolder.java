package glockenspiel.journal.device;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder that keeps account of what is durable, and can be stopped before any step. A crash of
 * the host leaves the names as they were at some moment since the last sync of names, and of a file
 * that was not synced what was durable, nothing, a part or all of what was written.
 */
final class CrashingFolder implements StateFolder {
  private static final class Content {
    private byte[] durable = {};
    private byte[] present = {};

    Content(byte[] durable) {
      this.durable = durable;
      this.present = durable;
    }
  }

  /** All that the folder has been since names were last synced; the last is what it is. */
  private final List<Map<String, Content>> names = new ArrayList<>();

  /** After this many steps everything fails. */
  int stepsLeft = Integer.MAX_VALUE;

  CrashingFolder() {
    names.add(new TreeMap<>());
  }

  private Map<String, Content> present() {
    return names.getLast();
  }

  private void step() throws IOException {
    if (stepsLeft-- <= 0) {
      throw new IOException("stopped");
    }
  }

  private Content content(String name) throws IOException {
    Content content = present().get(name);
    if (content == null) {
      throw new IOException("no file " + name);
    }
    return content;
  }

  private Map<String, Content> change() {
    Map<String, Content> next = new TreeMap<>(present());
    names.add(next);
    return next;
  }

  @Override
  public byte @Nullable [] read(String name, int bytesMax) {
    Content content = present().get(name);
    return content == null ? null : content.present.clone();
  }

  @Override
  public void write(String name, byte[] content) throws IOException {
    step();
    Content file = present().get(name);
    if (file == null) {
      file = new Content(new byte[0]);
      change().put(name, file);
    }
    file.present = content.clone();
  }

  @Override
  public void sync(String name) throws IOException {
    step();
    Content file = content(name);
    file.durable = file.present;
  }

  @Override
  public void rename(String from, String to) throws IOException {
    step();
    Content file = content(from);
    Map<String, Content> next = change();
    next.remove(from);
    next.put(to, file);
  }

  @Override
  public void syncNames() throws IOException {
    step();
    Map<String, Content> present = present();
    names.clear();
    names.add(present);
  }

  /** Every folder that a crash of the host may leave. */
  List<CrashingFolder> crash() {
    List<CrashingFolder> left = new ArrayList<>();
    for (Map<String, Content> survivor : names) {
      for (int torn = 0; torn < 4; torn++) {
        CrashingFolder folder = new CrashingFolder();
        for (Map.Entry<String, Content> file : survivor.entrySet()) {
          folder.present().put(file.getKey(), new Content(survivor(file.getValue(), torn)));
        }
        left.add(folder);
      }
    }
    return left;
  }

  private static byte[] survivor(Content content, int torn) {
    if (Arrays.equals(content.durable, content.present)) {
      return content.durable;
    }
    return switch (torn) {
      case 0 -> content.durable;
      case 1 -> new byte[0];
      case 2 -> Arrays.copyOf(content.present, content.present.length / 2);
      default -> content.present;
    };
  }
}
