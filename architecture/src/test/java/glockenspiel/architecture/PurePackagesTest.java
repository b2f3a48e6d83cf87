package glockenspiel.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static glockenspiel.architecture.Rooms.CLASSES;
import static glockenspiel.architecture.Rooms.PURE;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * What runs in production and in the simulation alike must do the same thing in both, every time.
 */
class PurePackagesTest {
  private static final String COLLECTORS = "java.util.stream.Collectors";

  private static final List<String> HASHED =
      List.of(
          "java.util.HashMap",
          "java.util.HashSet",
          "java.util.Hashtable",
          "java.util.IdentityHashMap",
          "java.util.WeakHashMap");

  @Test
  void knowNoGrpcAndNoProtos() {
    forbid(
        resideInAnyPackage(
            "io.grpc..",
            "com.google.protobuf..",
            "glockenspiel.*.v1..",
            "glockenspiel..grpc..",
            "glockenspiel..app.."),
        "a core takes events and lists effects; translating and wiring is for others");
  }

  @Test
  void knowNoSocketsAndNoFiles() {
    forbid(
        resideInAnyPackage("java.net..", "java.nio.file..", "java.nio.channels..")
            .or(nameMatching("java\\.io\\.(File.*|RandomAccessFile)")),
        "a core does no I/O: it asks for it with an effect, or through a port");
  }

  @Test
  void knowNoThreads() {
    forbid(
        resideInAnyPackage("java.util.concurrent..")
            .and(DescribedPredicate.not(belongToAnyOf(TimeUnit.class)))
            .or(belongToAnyOf(Thread.class, ThreadLocal.class, java.util.Timer.class)),
        "a core runs on one owner, one piece at a time");
    forbidCalls("parallelStream", target -> target.getName().equals("parallelStream"));
    forbidCalls(
        "Stream.parallel",
        target -> target.getName().equals("parallel") && owner(target).startsWith("java.util."));
  }

  @Test
  void knowNoWallClock() {
    forbid(nameMatching("java\\.time\\.(Clock|InstantSource)"), "time is an argument");
    forbidCalls(
        "now() of java.time",
        target -> target.getName().equals("now") && owner(target).startsWith("java.time."));
    forbidCalls(
        "System.currentTimeMillis and nanoTime",
        target -> is(target, "java.lang.System", "currentTimeMillis", "nanoTime"));
    forbidCalls("new Date()", target -> isConstructor(target, 0, "java.util.Date"));
  }

  @Test
  void knowNoUnseededRandom() {
    forbid(nameMatching("java\\.security\\.SecureRandom"), "every choice comes from the seed");
    forbidCalls(
        "Random without a seed",
        target -> isConstructor(target, 0, "java.util.Random", "java.util.SplittableRandom"));
    forbidCalls(
        "Math.random, UUID.randomUUID, RandomGenerator.of and getDefault",
        target ->
            is(target, "java.lang.Math", "random")
                || is(target, "java.util.UUID", "randomUUID")
                || is(target, "java.util.random.RandomGenerator", "of", "getDefault"));
    forbidCalls(
        "Collections.shuffle without a random",
        target -> is(target, "java.util.Collections", "shuffle") && parameters(target) == 1);
  }

  @Test
  void knowNoUndefinedOrder() {
    forbidCalls(
        "hash collections: use LinkedHashMap, TreeMap, EnumMap, an array or a primitive map",
        target ->
            HASHED.contains(owner(target))
                && (target.getName().equals("<init>") || target.getName().startsWith("newHash")));
    forbidCalls(
        "Map.of, Set.of and copyOf (the empty ones are allowed)",
        target ->
            (is(target, "java.util.Map", "of", "ofEntries", "copyOf")
                    || is(target, "java.util.Set", "of", "copyOf"))
                && parameters(target) > 0);
    forbidCalls(
        "collectors that do not name an ordered collection",
        target ->
            is(target, COLLECTORS, "toSet", "toUnmodifiableSet", "toUnmodifiableMap")
                || (is(target, COLLECTORS, "toMap") && parameters(target) < 4)
                || (is(target, COLLECTORS, "groupingBy") && parameters(target) < 3));
    forbidCalls("identityHashCode", target -> is(target, "java.lang.System", "identityHashCode"));
  }

  private static void forbid(DescribedPredicate<? super JavaClass> known, String because) {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat(known)
        .because(because)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  private static void forbidCalls(String what, Predicate<AccessTarget> forbidden) {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(what, access -> forbidden.test(access.getTarget())))
        .because("the same seed must give the same run on every machine")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  private static boolean is(AccessTarget target, String owner, String... names) {
    return owner(target).equals(owner) && List.of(names).contains(target.getName());
  }

  private static boolean isConstructor(AccessTarget target, int parameters, String... owners) {
    return List.of(owners).contains(owner(target))
        && target.getName().equals("<init>")
        && parameters(target) == parameters;
  }

  private static String owner(AccessTarget target) {
    return target.getOwner().getName();
  }

  private static int parameters(AccessTarget target) {
    return target instanceof CodeUnitAccessTarget unit ? unit.getRawParameterTypes().size() : 0;
  }
}
