package glockenspiel.simulation.observation;

import glockenspiel.protocol.lock.Welcome;

/** Tells sessions apart, those of different lock-managers too. */
public final class SessionKey {
  private static final int INCARNATION_SHIFT = 40;

  private SessionKey() {}

  /** The key of the session that a welcome begins or goes on with. */
  public static long of(Welcome welcome) {
    return of(welcome.incarnation(), welcome.sessionId());
  }

  /** The key of a session. */
  public static long of(long incarnation, long sessionId) {
    return (incarnation << INCARNATION_SHIFT) | sessionId;
  }
}
