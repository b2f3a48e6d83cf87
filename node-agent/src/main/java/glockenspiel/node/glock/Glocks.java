package glockenspiel.node.glock;

import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.LockMode;

/**
 * The glocks of one mounted node, as file-system code uses them. Only inside tasks of the node's
 * serial owner.
 */
public interface Glocks {
  /**
   * Takes a holder of a glock, waiting as long as it takes unless a try flag says otherwise. Costs
   * no message when the node already holds a mode that covers the wanted one and no demote request
   * stands against it.
   *
   * @param mode SH, DF or EX
   * @param flags bits of {@link glockenspiel.protocol.lock.LockFlags}
   * @throws GlockException TRY_FAILED for a try lock that met a conflict; WITHDRAWN once the node
   *     withdraws, or has no session
   */
  Holder acquire(GlockName glock, LockMode mode, int flags);

  /**
   * One local user of a glock. To be closed exactly once, and not to be used afterwards: the next
   * user of the glock may be given the same object.
   */
  interface Holder extends AutoCloseable {
    /** The glock. */
    GlockName glock();

    /** The mode that was asked for. */
    LockMode mode();

    /** The number of the grant behind it: a fencing token. */
    long grantNumber();

    /** Gives the holder back; the node keeps the glock until another node wants it. */
    @Override
    void close();
  }
}
