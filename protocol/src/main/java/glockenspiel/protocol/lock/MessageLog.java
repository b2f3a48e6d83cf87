package glockenspiel.protocol.lock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One end of a numbered session: what it has sent and was not acknowledged yet, and how much it has
 * received. Both ends use it, so that a resumed stream loses, doubles and reorders nothing.
 *
 * <p>Is there a problem if the sender forgets a message once it is written to the stream? Yes: the
 * stream may break with the message in its buffers, and neither end would know. It is forgotten
 * only when the other end says that it was handled.
 *
 * @param <S> messages that this end sends
 * @param <R> messages that this end receives
 */
public final class MessageLog<S, R> {
  /** Carried by the present stream and not acknowledged: numbers acknowledged + 1 and up. */
  private final ArrayDeque<S> sent = new ArrayDeque<>();

  /** Not carried by the present stream; follows on {@link #sent}. */
  private final ArrayDeque<S> unsent = new ArrayDeque<>();

  private final int limit;
  private long acknowledged;
  private long newestSent;
  private long received;

  /**
   * An empty log.
   *
   * @param limit how many messages may wait for their acknowledgement; {@link #isFull} tells
   */
  public MessageLog(int limit) {
    this.limit = limit;
  }

  /** Takes a message that is to be sent with the next batch. */
  public void add(S message) {
    unsent.addLast(message);
  }

  /** Whether more messages wait for their acknowledgement than the other end may be behind. */
  public boolean isFull() {
    return unacknowledgedCount() > limit;
  }

  /** How many messages the other end has not acknowledged yet, sent or not. */
  public int unacknowledgedCount() {
    return sent.size() + unsent.size();
  }

  /** Whether there are messages that no batch of the present stream has carried. */
  public boolean hasUnsent() {
    return !unsent.isEmpty();
  }

  /** How many messages of the other end have been handled. */
  public long received() {
    return received;
  }

  /** How many of this end's messages the other end has handled, as far as it has said so. */
  public long acknowledged() {
    return acknowledged;
  }

  /** The number of the newest message that a batch has ever carried; 0 before the first. */
  public long newestSent() {
    return newestSent;
  }

  /**
   * The next batch: all messages that the present stream has not carried, possibly none, and the
   * acknowledgement.
   */
  public Batch<S> nextBatch() {
    long first = acknowledged + sent.size() + 1;
    List<S> messages = new ArrayList<>(unsent);
    sent.addAll(messages);
    unsent.clear();
    newestSent = Math.max(newestSent, acknowledged + sent.size());
    return new Batch<>(first, received, messages);
  }

  /**
   * A new stream begins. The other end has handled that many of this end's messages; the later ones
   * are sent again.
   *
   * @throws IllegalArgumentException when the other end claims more than was ever sent, or less
   *     than it acknowledged before
   */
  public void resume(long handledByOther) {
    checkAcknowledgement(handledByOther, newestSent);
    while (!sent.isEmpty()) {
      unsent.addFirst(sent.removeLast());
    }
    while (acknowledged < handledByOther) {
      unsent.removeFirst();
      acknowledged++;
    }
  }

  /**
   * Takes a batch and returns its messages that are new, in order.
   *
   * @throws IllegalArgumentException when messages are missing before it, or it acknowledges what
   *     was never sent; nothing is taken then
   */
  public List<R> receive(Batch<R> batch) {
    long first = batch.first() == 0 ? received + 1 : batch.first();
    if (first < 1 || first > received + 1) {
      throw new IllegalArgumentException(
          "batch begins with message " + first + ", expected at most " + (received + 1));
    }
    checkAcknowledgement(batch.acknowledged(), acknowledged + sent.size());
    while (acknowledged < batch.acknowledged()) {
      sent.removeFirst();
      acknowledged++;
    }
    List<R> messages = batch.messages();
    int seen = (int) Math.min(received + 1 - first, messages.size());
    received += messages.size() - seen;
    return messages.subList(seen, messages.size());
  }

  private void checkAcknowledgement(long handledByOther, long greatest) {
    if (handledByOther < acknowledged || handledByOther > greatest) {
      throw new IllegalArgumentException(
          "acknowledges message "
              + handledByOther
              + ", expected "
              + acknowledged
              + ".."
              + greatest);
    }
  }
}
