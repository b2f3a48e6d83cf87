package glockenspiel.cli.online;

import glockenspiel.node.v1.NodeStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code freeze} and {@code thaw} print.
 *
 * @param freeze THAWED, FREEZING or FROZEN
 * @param freezer the node that has frozen the volume; null when nobody has, or when it is not known
 */
record FreezeView(String node, String volume, String freeze, @Nullable String freezer) {
  static FreezeView of(NodeStatus status) {
    var freeze = status.getFreeze();
    return new FreezeView(
        status.getNodeName(),
        status.getVolume(),
        Names.of(freeze.getState()),
        freeze.getFreezer().isEmpty() ? null : freeze.getFreezer());
  }

  List<String> lines() {
    return List.of("%s: %s%s".formatted(volume, freeze, freezer == null ? "" : " by " + freezer));
  }
}
