package glockenspiel.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static glockenspiel.architecture.Rooms.CLASSES;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import org.junit.jupiter.api.Test;

/** Which room may know which. */
class DirectionsTest {
  /** The journal-service's room; its public protos, glockenspiel.journal.v1, are for everybody. */
  private static final DescribedPredicate<JavaClass> JOURNAL_SERVICE =
      resideInAPackage("glockenspiel.journal..")
          .and(resideOutsideOfPackage("glockenspiel.journal.v1.."));

  @Test
  void nothingImportsAppButTheCommand() {
    noClasses()
        .that()
        .resideOutsideOfPackages("glockenspiel..app..", "glockenspiel.cli..")
        .should()
        .dependOnClassesThat(resideInAPackage("glockenspiel..app.."))
        .because("app wires what others made; only the command, which starts the services, uses it")
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void simulationKnowsNoGrpcAndNoWiring() {
    forbid(
        "glockenspiel.simulation..",
        resideInAnyPackage("..grpc..", "..app.."),
        "the simulation runs the cores themselves, in one thread");
  }

  @Test
  void nodeAgentKnowsNoOtherService() {
    forbid(
        "glockenspiel.node..",
        JOURNAL_SERVICE.or(resideInAPackage("glockenspiel.lockmanager..")),
        "it meets the other services over the protocol alone");
  }

  @Test
  void nodeAgentNeverOpensTheDevice() {
    forbid(
        "glockenspiel.node..",
        DescribedPredicate.describe(
            "open files at a position",
            known ->
                known.getName().equals("java.nio.channels.FileChannel")
                    || known.getName().equals("java.io.RandomAccessFile")),
        "the journal-service is the only process that touches the device");
  }

  @Test
  void journalServiceKnowsNoGlocks() {
    forbid(
        "glockenspiel.journal..",
        resideInAnyPackage(
            "glockenspiel.protocol.lock..",
            "glockenspiel.lock.v1..",
            "glockenspiel.lockmanager..",
            "glockenspiel.node.."),
        "it fences by epoch, whatever anybody holds");
  }

  @Test
  void lockManagerKnowsNoBlocks() {
    forbid(
        "glockenspiel.lockmanager..",
        resideInAnyPackage(
            "glockenspiel.ondisk..",
            "glockenspiel.protocol.storage..",
            "glockenspiel.journal..",
            "glockenspiel.node.."),
        "it grants names and numbers, whatever they protect");
  }

  @Test
  void clientKnowsOfTheNodeAgentItsLocksAlone() {
    forbid(
        "glockenspiel.client..",
        resideInAPackage("glockenspiel.node..")
            .and(resideOutsideOfPackages("glockenspiel.node.glock..", "glockenspiel.node.grpc.."))
            .or(resideInAPackage("glockenspiel.ondisk.."))
            .or(resideInAPackage("glockenspiel.lockmanager..")),
        "an application has locks and no volume");
  }

  @Test
  void onlyTheCommandImportsTheClient() {
    noClasses()
        .that()
        .resideOutsideOfPackages("glockenspiel.client..", "glockenspiel.cli..")
        .should()
        .dependOnClassesThat(resideInAPackage("glockenspiel.client.."))
        .because("it is for applications")
        .check(CLASSES);
  }

  private static void forbid(
      String room, DescribedPredicate<? super JavaClass> known, String because) {
    noClasses()
        .that()
        .resideInAPackage(room)
        .should()
        .dependOnClassesThat(known)
        .because(because)
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
