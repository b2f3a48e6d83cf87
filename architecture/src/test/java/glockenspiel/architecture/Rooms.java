package glockenspiel.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The project's classes, and the one list of its pure packages. */
final class Rooms {
  /**
   * The packages that know no gRPC, sockets, files, threads, wall clock, unseeded random or
   * undefined order. A new pure package is added here and nowhere else.
   */
  static final String[] PURE = {
    "glockenspiel.ondisk..",
    "glockenspiel.image..",
    "glockenspiel.protocol.lock..",
    "glockenspiel.protocol.storage..",
    "glockenspiel.lockmanager.core..",
    "glockenspiel.journal.core..",
    "glockenspiel.node.core..",
    "glockenspiel.node.event..",
    "glockenspiel.node.glock..",
    "glockenspiel.node.transaction..",
    "glockenspiel.node.filesystem..",
    "glockenspiel.node.withdraw..",
    "glockenspiel.node.recovery..",
    "glockenspiel.node.freeze..",
  };

  /** Every class of the project that is not a test. */
  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("glockenspiel");

  private Rooms() {}
}
