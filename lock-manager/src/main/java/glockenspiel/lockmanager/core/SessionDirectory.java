package glockenspiel.lockmanager.core;

import glockenspiel.runtime.state.InvariantViolation;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds present sessions of all lockspaces, by id and by stream. */
final class SessionDirectory {
  private final Map<Long, Session> byId = new LinkedHashMap<>();
  private final Map<Long, Session> byStream = new LinkedHashMap<>();
  private final Map<Long, Session> lingering = new LinkedHashMap<>();
  private long newestId;

  /** An id for a new session. */
  long nextId() {
    return ++newestId;
  }

  void add(Session session) {
    byId.put(session.id, session);
  }

  void remove(Session session) {
    byId.remove(session.id);
  }

  @Nullable Session findById(long sessionId) {
    return byId.get(sessionId);
  }

  @Nullable Session findByStream(long streamId) {
    return byStream.get(streamId);
  }

  /** A session was given up before its lease has ended: its node may not have heard of it yet. */
  void addLingering(Session session) {
    lingering.put(session.id, session);
  }

  void removeLingering(Session session) {
    lingering.remove(session.id);
  }

  @Nullable Session findLingering(long sessionId) {
    return lingering.get(sessionId);
  }

  /** Sessions of all lockspaces that were given up before their leases have ended. */
  Collection<Session> lingering() {
    return Collections.unmodifiableCollection(lingering.values());
  }

  /** The session goes on, on that stream. */
  void attach(Session session, long streamId) {
    session.streamId = streamId;
    Session other = byStream.put(streamId, session);
    if (other != null) {
      throw new InvariantViolation(
          "stream " + streamId + " carries session " + other.id + " and " + session.id);
    }
  }

  /** The session has no stream any more. Returns the one it had; null when it had none. */
  @Nullable Long detach(Session session) {
    Long streamId = session.streamId;
    if (streamId != null) {
      byStream.remove(streamId);
      session.streamId = null;
    }
    return streamId;
  }
}
