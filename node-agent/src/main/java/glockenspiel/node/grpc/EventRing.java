package glockenspiel.node.grpc;

import glockenspiel.node.event.NodeEvent;
import glockenspiel.node.event.NodeEvents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The newest events of a node, and those who want to hear of more. Belongs to the owner. */
public final class EventRing implements NodeEvents {
  /** How many events are kept: many withdraws and recoveries. */
  public static final int CAPACITY = 4096;

  /**
   * An event of the past.
   *
   * @param sequence counts the node's events, from 1
   * @param time by the node's wall clock
   */
  record Entry(long sequence, Instant time, NodeEvent event) {}

  private final InstantSource clock;
  private final @Nullable Entry[] entries;
  private final Set<Runnable> listeners = new LinkedHashSet<>();
  private long newest;

  /** Nothing has happened yet. */
  public EventRing(int capacity, InstantSource clock) {
    this.entries = new @Nullable Entry[capacity];
    this.clock = clock;
  }

  @Override
  public void happened(NodeEvent event) {
    newest++;
    entries[place(newest)] = new Entry(newest, clock.instant(), event);
    new ArrayList<>(listeners).forEach(Runnable::run);
  }

  private int place(long sequence) {
    return (int) (sequence % entries.length);
  }

  /** The sequence of the newest event; 0 before the first. */
  long newest() {
    return newest;
  }

  /** The sequence of the oldest event that is kept, or will be when there is none yet. */
  long oldest() {
    return Math.max(1, newest - entries.length + 1);
  }

  /** The event of that number; null when it is not kept any more, or has not happened. */
  @Nullable Entry get(long sequence) {
    return sequence < oldest() || sequence > newest ? null : entries[place(sequence)];
  }

  /** Told after each event, until it is removed. */
  void listen(Runnable listener) {
    listeners.add(listener);
  }

  /** Hears nothing more. */
  void remove(Runnable listener) {
    listeners.remove(listener);
  }
}
