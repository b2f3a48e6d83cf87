package glockenspiel.journal.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import glockenspiel.ondisk.inode.StatfsChange;
import glockenspiel.protocol.storage.Appended;
import glockenspiel.protocol.storage.BlockImage;
import glockenspiel.protocol.storage.LogFlush;
import glockenspiel.protocol.storage.OpenedJournal;
import glockenspiel.protocol.storage.ReplayResult;
import glockenspiel.protocol.storage.StatfsCounts;
import glockenspiel.protocol.storage.StorageException;
import glockenspiel.runtime.task.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random flushes and writes in place of two nodes, a crash at a random operation on an honest disk,
 * a replay that perhaps crashes too, and a comparison with a model: what was acknowledged is there,
 * what was not is there whole or not at all (rules 5 and 9).
 */
class CrashTest {
  private static final int NODES = 2;
  private static final int BLOCKS_OF_A_NODE = 24;
  private static final int RUNS_OF_A_SEED = 30;

  /** One node: its blocks, its flushes, its AIL. */
  private final class Node {
    final int jid;
    final OpenedJournal opened;

    /** Per flush that was acknowledged: what it set; null is a revoke. In order. */
    final List<TreeMap<Long, @Nullable Long>> acknowledged = new ArrayList<>();

    /** The flush that was under way when the crash came. */
    @Nullable TreeMap<Long, @Nullable Long> unacknowledged;

    /** Content of blocks as the node sees them. */
    final TreeMap<Long, Long> cache = new TreeMap<>();

    /** What is in place, as far as it was acknowledged; and what a crash may have put there. */
    final TreeMap<Long, Long> inPlace = new TreeMap<>();

    final TreeMap<Long, Long> maybeInPlace = new TreeMap<>();

    /** Flushes that are not all in place: first block, and the blocks that are missing. */
    final TreeMap<Integer, TreeSet<Long>> ail = new TreeMap<>();

    final TreeMap<Integer, Long> firstBlocks = new TreeMap<>();
    StatfsCounts local = StatfsCounts.ZERO;
    StatfsCounts acknowledgedLocal = StatfsCounts.ZERO;

    Node(int jid) {
      this.jid = jid;
      this.opened = test.call(volume -> volume.openJournal(jid, "node-" + jid));
    }

    long block(int index) {
      return image.firstData + (long) jid * BLOCKS_OF_A_NODE + index;
    }
  }

  private TinyImage image = TinyImage.of(1024, NODES, 64);
  private TestVolume test = TestVolume.of(image.disk, 0);
  private SplittableRandom random = new SplittableRandom(0);
  private long contents;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void acknowledgedSurvivesAndTheRestIsWholeOrNothing(long seed) {
    SplittableRandom seeds = new SplittableRandom(seed);
    for (int run = 0; run < RUNS_OF_A_SEED; run++) {
      long runSeed = seeds.nextLong();
      try {
        runOnce(runSeed);
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("seed " + runSeed + ": " + failure.getMessage(), failure);
      } finally {
        test.close();
      }
    }
  }

  private void runOnce(long seed) {
    random = new SplittableRandom(seed);
    image = TinyImage.of(random.nextBoolean() ? 1024 : 512, NODES, 64 + random.nextInt(30));
    test = TestVolume.of(image.disk, random.nextLong());
    List<Node> nodes = new ArrayList<>();
    for (int jid = 0; jid < NODES; jid++) {
      nodes.add(new Node(jid));
    }
    test.operationsLeft = 10L + random.nextInt(300);
    boolean alive = true;
    while (alive) {
      alive = step(nodes.get(random.nextInt(NODES)));
    }
    test.crash(random.nextLong());
    test.open();
    for (Node node : nodes) {
      replayPerhapsTwice(node);
    }
    nodes.forEach(this::verify);
    verifyStatfs(nodes);
  }

  /** Does one thing of a node; false when the device has died meanwhile. */
  private boolean step(Node node) {
    return random.nextInt(3) == 0 ? writeInPlace(node) : append(node);
  }

  private boolean append(Node node) {
    TreeMap<Long, @Nullable Long> change = new TreeMap<>();
    List<BlockImage> metadata = new ArrayList<>();
    List<BlockImage> data = new ArrayList<>();
    List<Long> revokes = new ArrayList<>();
    int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      long block = node.block(random.nextInt(BLOCKS_OF_A_NODE));
      if (change.containsKey(block)) {
        continue;
      }
      boolean mayRevoke = node.ail.values().stream().noneMatch(missing -> missing.contains(block));
      int kind = random.nextInt(mayRevoke ? 4 : 3);
      if (kind == 3) {
        change.put(block, null);
        revokes.add(block);
      } else {
        long content = ++contents;
        change.put(block, content);
        boolean isData = block % 2 == 0;
        (isData ? data : metadata)
            .add(new BlockImage(block, isData ? image.data(content) : image.metadata(content)));
      }
    }
    Integer oldest = node.ail.isEmpty() ? null : node.ail.firstKey();
    long tail = oldest == null ? -1 : Objects.requireNonNull(node.firstBlocks.get(oldest));
    StatfsCounts local =
        node.local.plus(new StatfsCounts(0, random.nextInt(5) - 2, random.nextInt(3)));
    LogFlush flush = new LogFlush(metadata, data, revokes, tail, local, 2);
    Promise<Appended> answer =
        test.begin(volume -> volume.append(node.jid, node.opened.epoch(), flush));
    if (!answer.isDone()) {
      node.unacknowledged = change;
      node.local = local;
      return false;
    }
    Appended appended;
    try {
      appended = answer.get();
    } catch (StorageException refused) {
      assertEquals(StorageException.Reason.JOURNAL_FULL, refused.reason());
      return emptyAil(node);
    }
    node.local = local;
    node.acknowledgedLocal = local;
    int number = node.acknowledged.size();
    node.acknowledged.add(change);
    node.firstBlocks.put(number, appended.firstBlock());
    TreeSet<Long> missing = new TreeSet<>();
    change.forEach(
        (block, content) -> {
          if (content != null) {
            node.cache.put(block, content);
            missing.add(block);
            node.ail.values().forEach(older -> older.remove(block));
          }
        });
    node.ail.put(number, missing);
    node.ail.values().removeIf(TreeSet::isEmpty);
    return true;
  }

  private boolean writeInPlace(Node node) {
    TreeSet<Long> blocks = new TreeSet<>();
    node.ail.values().forEach(blocks::addAll);
    blocks.removeIf(block -> random.nextBoolean());
    return write(node, blocks);
  }

  /** Everything in place, then a header that says so: after it there is room again. */
  private boolean emptyAil(Node node) {
    TreeSet<Long> blocks = new TreeSet<>();
    node.ail.values().forEach(blocks::addAll);
    if (!write(node, blocks)) {
      return false;
    }
    LogFlush header = new LogFlush(List.of(), List.of(), List.of(), -1, node.local, 2);
    Promise<Appended> answer =
        test.begin(volume -> volume.append(node.jid, node.opened.epoch(), header));
    if (answer.isDone()) {
      Appended appended = answer.get();
      assertTrue(appended.headBlock() >= 0);
    }
    return answer.isDone();
  }

  private boolean write(Node node, Set<Long> blocks) {
    List<BlockImage> images = new ArrayList<>();
    for (long block : blocks) {
      long content = Objects.requireNonNull(node.cache.get(block));
      images.add(
          new BlockImage(block, block % 2 == 0 ? image.data(content) : image.metadata(content)));
      node.maybeInPlace.put(block, content);
    }
    Promise<@Nullable Void> answer =
        test.begin(volume -> volume.write(node.jid, node.opened.epoch(), images));
    if (!answer.isDone()) {
      return false;
    }
    answer.get();
    for (long block : blocks) {
      node.inPlace.put(block, Objects.requireNonNull(node.cache.get(block)));
      node.ail.values().forEach(missing -> missing.remove(block));
    }
    node.ail.values().removeIf(TreeSet::isEmpty);
    return true;
  }

  private void replayPerhapsTwice(Node node) {
    if (random.nextBoolean()) {
      test.operationsLeft = random.nextInt(8);
      Promise<ReplayResult> first =
          test.begin(volume -> volume.replay(node.jid, true, ReplayListener.NONE));
      if (!first.isDone()) {
        test.crash(random.nextLong());
        test.open();
      } else {
        first.get();
        test.operationsLeft = Long.MAX_VALUE;
      }
    }
    ReplayResult result = test.call(volume -> volume.replay(node.jid, true, ReplayListener.NONE));
    assertTrue(result.headBlock() >= 0);
  }

  private void verify(Node node) {
    Map<Long, @Nullable Long> without = state(node, false);
    boolean landed = node.unacknowledged != null && hasLanded(node);
    Map<Long, @Nullable Long> expected = landed ? state(node, true) : without;
    expected.forEach(
        (block, content) -> {
          if (content != null) {
            ByteBuffer wanted = block % 2 == 0 ? image.data(content) : image.metadata(content);
            assertEquals(wanted, image.read(block), "journal " + node.jid + " block " + block);
          }
        });
  }

  /** What blocks must hold; null where revokes leave open what is there. */
  private static Map<Long, @Nullable Long> state(Node node, boolean withLast) {
    TreeMap<Long, @Nullable Long> state = new TreeMap<>();
    node.acknowledged.forEach(state::putAll);
    TreeMap<Long, @Nullable Long> last = node.unacknowledged;
    if (withLast && last != null) {
      state.putAll(last);
    }
    // A revoked block was in place before, and stays.
    state.replaceAll((block, content) -> content == null ? node.inPlace.get(block) : content);
    return state;
  }

  /** Whether the unacknowledged flush is there: if one of its blocks is, all must be. */
  private boolean hasLanded(Node node) {
    TreeMap<Long, @Nullable Long> last = Objects.requireNonNull(node.unacknowledged);
    for (var each : last.entrySet()) {
      Long content = each.getValue();
      if (content != null) {
        ByteBuffer wanted = each.getKey() % 2 == 0 ? image.data(content) : image.metadata(content);
        return wanted.equals(image.read(each.getKey()));
      }
    }
    return false;
  }

  /** Folded exactly once, however often a replay was interrupted. */
  private void verifyStatfs(List<Node> nodes) {
    StatfsChange master = image.counts(image.masterStatfs);
    boolean found = false;
    for (int landed = 0; landed < 1 << nodes.size(); landed++) {
      StatfsCounts sum =
          new StatfsCounts(
              TinyImage.MASTER.total(), TinyImage.MASTER.free(), TinyImage.MASTER.dinodes());
      for (Node node : nodes) {
        boolean whole = (landed >> node.jid & 1) == 1;
        sum = sum.plus(whole ? node.local : node.acknowledgedLocal);
      }
      found |= master.equals(new StatfsChange(sum.total(), sum.free(), sum.dinodes()));
    }
    assertTrue(found, "master statfs " + master);
    for (long local : image.localStatfs) {
      assertEquals(StatfsChange.NONE, image.counts(local));
    }
  }
}
