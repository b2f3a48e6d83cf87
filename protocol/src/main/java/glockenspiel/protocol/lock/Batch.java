package glockenspiel.protocol.lock;

import java.util.List;

/**
 * Messages of one direction of a session, with the acknowledgement of the other. A batch without
 * messages renews the lease.
 *
 * @param first number of the first message; the first message of a session has number 1; when there
 *     are no messages, the number that the next one will have; 0 stands for "the next one", for
 *     people who type a session by hand
 * @param acknowledged how many messages of the other direction have been handled
 * @param messages in order, numbered without gaps
 */
public record Batch<M>(long first, long acknowledged, List<M> messages) {}
