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
   */
  Hello resuming(Welcome welcome, long received) {
    return new Hello(
        lockspace,
        nodeName,
        spectator,
        application,
        welcome.sessionId(),
        welcome.incarnation(),
        received);
  }
}
