package glockenspiel.simulation.fault;

import glockenspiel.simulation.observation.NodeId;
import glockenspiel.simulation.observation.Observation;
import glockenspiel.simulation.observation.Observer;
import glockenspiel.simulation.observation.StorageCall;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits until something of the drawn kind happens for the drawn time, and strikes: faults that come
 * at any time seldom come between two steps that follow each other at once.
 */
final class AimedCrash implements Observer {
  private static final int COUNT_MAX = 30;

  private static final List<Class<? extends Observation>> KINDS =
      List.of(
          Observation.NodeTold.class,
          Observation.NodeTold.class,
          Observation.CallArrived.class,
          Observation.CallAnswered.class,
          Observation.StateSaved.class,
          Observation.DeviceSynced.class,
          Observation.DeviceWritten.class,
          Observation.LockManagerStepped.class,
          Observation.Sent.class,
          Observation.Received.class);

  private final Class<? extends Observation> kind;
  private final Consumer<@Nullable NodeId> strike;
  private int rest;

  /**
   * Draws when to strike.
   *
   * @param strike is told which node it was about, if it was about one; called once, in the middle
   *     of what has happened
   */
  AimedCrash(SplittableRandom random, Consumer<@Nullable NodeId> strike) {
    this.kind = KINDS.get(random.nextInt(KINDS.size()));
    this.rest = random.nextInt(1, COUNT_MAX);
    this.strike = strike;
  }

  @Override
  public void observe(Observation observation) {
    if (kind.isInstance(observation) && !isRead(observation) && --rest == 0) {
      strike.accept(node(observation));
    }
  }

  /** Reads are many, and change nothing. */
  private static boolean isRead(Observation observation) {
    StorageCall call =
        switch (observation) {
          case Observation.CallArrived(var arrived) -> arrived;
          case Observation.CallAnswered(var answered, var result, var failure) -> answered;
          default -> null;
        };
    return call != null && call.body() instanceof StorageCall.Read;
  }

  private static @Nullable NodeId node(Observation observation) {
    return switch (observation) {
      case Observation.NodeTold(var node, var event) -> node;
      case Observation.CallArrived(var call) -> call.node();
      case Observation.CallAnswered(var call, var result, var failure) -> call.node();
      case Observation.Sent(var node, var session, var message) -> node;
      case Observation.Received(var node, var session, var message) -> node;
      default -> null;
    };
  }
}
