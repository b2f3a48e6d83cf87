package glockenspiel.cli.online;

import com.google.protobuf.ProtocolMessageEnum;

/** The words that people use, from the names of the protos' constants. */
final class Names {
  private Names() {}

  /**
   * {@code EX} from {@code LOCK_MODE_EX}; {@code ?} for a constant that this program does not know.
   */
  static String of(ProtocolMessageEnum constant) {
    String name = constant.toString();
    String prefix =
        constant
            .getClass()
            .getSimpleName()
            .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
            .toUpperCase(java.util.Locale.ROOT);
    if (name.equals("UNRECOGNIZED")) {
      return "?";
    }
    return name.startsWith(prefix + "_") ? name.substring(prefix.length() + 1) : name;
  }
}
