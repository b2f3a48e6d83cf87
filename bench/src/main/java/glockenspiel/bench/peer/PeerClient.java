package glockenspiel.bench.peer;

/** One client: one connection, or as many as its library takes by itself. */
interface PeerClient extends AutoCloseable {
  /** A user of the lock of that name. */
  Lane lane(String name);

  @Override
  void close();
}
