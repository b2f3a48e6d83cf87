/**
 * Apache Ratis and Apache BookKeeper: servers with one replica each in a process of their own, and
 * clients. They have a class path of their own, since their libraries are not those of the project:
 * {@code glock bench append-peers} starts {@link glockenspiel.bench.peers.PeerMain} and loads the
 * clients by name, and knows them only as suppliers of stages. It imports nothing of the project.
 */
@NullMarked
package glockenspiel.bench.peers;

import org.jspecify.annotations.NullMarked;
