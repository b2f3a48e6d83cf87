package glockenspiel.node.freeze;

/**
 * A mount's freeze as it is at one moment.
 *
 * @param freezer the node that freezes or has frozen; empty when nobody does, or when it is not
 *     known
 * @param own whether that is this node
 * @param millis for how long it has been in that state
 */
public record FreezeStatus(FreezeState state, String freezer, boolean own, long millis) {
  /** In words: by whom. */
  public String by() {
    if (own) {
      return "this node";
    }
    return freezer.isEmpty() ? "another node" : "node " + freezer;
  }
}
