package glockenspiel.simulation.workload;

import glockenspiel.simulation.checker.Judge;
import glockenspiel.simulation.observation.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What all workers of a world share: the names, their histories, and the order of all answers. */
public final class Histories {
  private final Judge judge;
  private final Map<String, NameHistory> names = new LinkedHashMap<>();
  private final Map<Actor, List<Change>> open = new LinkedHashMap<>();

  /** Nodes whose mount is over, though they may not know it yet. */
  private final Set<NodeId> over = new LinkedHashSet<>();

  private final Set<Actor> ended = new LinkedHashSet<>();

  private final PlacesHistory places;
  private long order;
  private long records;
  private long newNames;

  /** Tells the judge what cannot be. */
  public Histories(Judge judge) {
    this.judge = judge;
    this.places = new PlacesHistory(this, judge);
  }

  /** The present moment, later than all before. */
  long now() {
    return ++order;
  }

  LogRecord newRecord() {
    return new LogRecord(++records);
  }

  /** A name that was never used. */
  String newPath(String directory, NodeId node) {
    return directory + "/" + node.index() + "-" + ++newNames;
  }

  /** A change that this mount is about to make. */
  Change begin(Actor actor) {
    Change change = new Change(actor);
    open.computeIfAbsent(actor, any -> new ArrayList<>()).add(change);
    return change;
  }

  void answered(Change change) {
    change.answered(now());
    if (over.contains(change.actor().node())) {
      change.orphaned(now());
    }
  }

  void failed(Change change) {
    change.orphaned(now());
  }

  /** All that was answered to this mount before that time is durable. */
  void durable(Actor actor, long since) {
    List<Change> changes = open.getOrDefault(actor, new ArrayList<>());
    changes.removeIf(
        change -> {
          boolean durable = change.wasAnsweredBefore(since);
          if (durable) {
            change.certain(now());
          }
          return durable || change.isCertain();
        });
  }

  /** The node has opened its journal. */
  public void mountBegins(NodeId node) {
    over.remove(node);
  }

  /** The node's mount has ended, without order: what is not durable may be lost. */
  public void mountEnded(NodeId node) {
    over.add(node);
    open.forEach(
        (actor, changes) -> {
          if (actor.node().equals(node)) {
            changes.forEach(change -> change.orphaned(now()));
            ended.add(actor);
          }
        });
  }

  /** The node's mount has ended in order: all that was answered is durable. */
  public void unmounted(NodeId node) {
    open.keySet().stream()
        .filter(actor -> actor.node().equals(node) && !ended.contains(actor))
        .forEach(actor -> durable(actor, now()));
  }

  NameHistory newName(String path, ContentHistory content, Change creation) {
    NameHistory history = new NameHistory(path, content, creation, this, judge);
    names.put(path, history);
    return history;
  }

  ContentHistory newContent() {
    return new ContentHistory(this, judge);
  }

  PlacesHistory places() {
    return places;
  }

  /** Some name that should be there; null when there is none. */
  @Nullable NameHistory draw(SplittableRandom random) {
    List<NameHistory> wanted = names.values().stream().filter(NameHistory::isWanted).toList();
    return wanted.isEmpty() ? null : wanted.get(random.nextInt(wanted.size()));
  }

  /** How many names should be there. */
  int wantedCount() {
    return (int) names.values().stream().filter(NameHistory::isWanted).count();
  }

  /** All names that were ever made. */
  List<NameHistory> all() {
    return List.copyOf(names.values());
  }
}
