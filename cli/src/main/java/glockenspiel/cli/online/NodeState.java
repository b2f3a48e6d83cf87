package glockenspiel.cli.online;

import glockenspiel.node.v1.NodeStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code mount} and {@code unmount} print: how the node is afterwards. */
record NodeState(
    String node, String volume, String state, @Nullable Integer jid, boolean spectator) {
  static NodeState of(NodeStatus status) {
    return new NodeState(
        status.getNodeName(),
        status.getVolume(),
        Names.of(status.getState()),
        status.hasJid() ? status.getJid() : null,
        status.getSpectator());
  }

  List<String> lines() {
    String as = spectator ? ", spectator" : jid == null ? "" : ", jid " + jid;
    return List.of(node + ": " + state + as);
  }
}
