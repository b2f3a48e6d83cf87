package glockenspiel.node.glock;

import glockenspiel.protocol.lock.Hello;
import glockenspiel.protocol.lock.Welcome;

/**
 * Who joins what.
 *
 * @param lockspace the volume's name, or for an application that of a namespace
 * @param nodeName for people; unique among the present members
 * @param spectator wants no slot
 * @param application joins a namespace
 */
public record SessionMember(
    String lockspace, String nodeName, boolean spectator, boolean application) {
  /** A node in the lockspace of a volume. */
  public static SessionMember node(String lockspace, String nodeName, boolean spectator) {
    return new SessionMember(lockspace, nodeName, spectator, false);
  }

  /** An application in a namespace. */
  public static SessionMember application(String namespace, String name) {
    return new SessionMember(namespace, name, false, true);
  }

  Hello joining() {
    return new Hello(lockspace, nodeName, spectator, application, 0, 0, 0);
  }

  /**
   * Goes on with the session that was welcomed so.
   *
   * @param received how many messages of the lock-manager have been handled
   * @param generation the newest recovery generation that the node was told of
   */
  Hello resuming(Welcome welcome, long received, long generation) {
    return new Hello(
        lockspace,
        nodeName,
        spectator,
        application,
        welcome.sessionId(),
        welcome.incarnation(),
        received,
        welcome.slot(),
        generation);
  }
}
