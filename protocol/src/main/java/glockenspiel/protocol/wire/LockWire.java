package glockenspiel.protocol.wire;

import static glockenspiel.protocol.wire.FieldCheck.ARGUMENT;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import glockenspiel.lock.v1.Glock;
import glockenspiel.lock.v1.LockFlag;
import glockenspiel.protocol.lock.GateStatus;
import glockenspiel.protocol.lock.GlockName;
import glockenspiel.protocol.lock.GlockType;
import glockenspiel.protocol.lock.LockFlags;
import glockenspiel.protocol.lock.LockMode;
import glockenspiel.protocol.lock.LockOutcome;
import glockenspiel.protocol.lock.LockValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The single words about locks: glocks, modes, flags, outcomes, the gate. What is read throws
 * {@link IllegalArgumentException} that names the bad field.
 */
public final class LockWire {
  private static final int TRACE_LENGTH_MAX = 256;
  private static final int NAME_LENGTH_MAX = 255;

  private LockWire() {}

  /** Writes a glock. An application lock travels by its name alone. */
  public static Glock glock(GlockName glock) {
    Glock.Builder builder = Glock.newBuilder().setType(type(glock.type()));
    String name = glock.applicationName();
    return (name == null ? builder.setNumber(glock.number()) : builder.setName(name)).build();
  }

  /** Reads a required glock. */
  public static GlockName glock(String field, boolean present, Glock glock) {
    ARGUMENT.present(field, present);
    GlockType type = type(field + ".type", glock.getType());
    if (type != GlockType.APPLICATION) {
      if (!glock.getName().isEmpty()) {
        throw ARGUMENT.bad(field + ".name", "goes with type APPLICATION only, not with " + type);
      }
      return new GlockName(type, glock.getNumber());
    }
    if (glock.getNumber() != 0) {
      throw ARGUMENT.bad(field + ".number", "an APPLICATION lock has a name instead");
    }
    ARGUMENT.present(field + ".name", !glock.getName().isEmpty());
    try {
      return GlockName.application(glock.getName());
    } catch (IllegalArgumentException bad) {
      throw ARGUMENT.bad(field + ".name", String.valueOf(bad.getMessage()));
    }
  }

  /** Writes a glock type. */
  public static glockenspiel.lock.v1.GlockType type(GlockType type) {
    return switch (type) {
      case NONDISK -> glockenspiel.lock.v1.GlockType.GLOCK_TYPE_NONDISK;
      case INODE -> glockenspiel.lock.v1.GlockType.GLOCK_TYPE_INODE;
      case RGRP -> glockenspiel.lock.v1.GlockType.GLOCK_TYPE_RGRP;
      case META -> glockenspiel.lock.v1.GlockType.GLOCK_TYPE_META;
      case IOPEN -> glockenspiel.lock.v1.GlockType.GLOCK_TYPE_IOPEN;
      case FLOCK -> glockenspiel.lock.v1.GlockType.GLOCK_TYPE_FLOCK;
      case QUOTA -> glockenspiel.lock.v1.GlockType.GLOCK_TYPE_QUOTA;
      case JOURNAL -> glockenspiel.lock.v1.GlockType.GLOCK_TYPE_JOURNAL;
      case APPLICATION -> glockenspiel.lock.v1.GlockType.GLOCK_TYPE_APPLICATION;
    };
  }

  /** Reads a required glock type. */
  public static GlockType type(String field, glockenspiel.lock.v1.GlockType type) {
    return switch (type) {
      case GLOCK_TYPE_NONDISK -> GlockType.NONDISK;
      case GLOCK_TYPE_INODE -> GlockType.INODE;
      case GLOCK_TYPE_RGRP -> GlockType.RGRP;
      case GLOCK_TYPE_META -> GlockType.META;
      case GLOCK_TYPE_IOPEN -> GlockType.IOPEN;
      case GLOCK_TYPE_FLOCK -> GlockType.FLOCK;
      case GLOCK_TYPE_QUOTA -> GlockType.QUOTA;
      case GLOCK_TYPE_JOURNAL -> GlockType.JOURNAL;
      case GLOCK_TYPE_APPLICATION -> GlockType.APPLICATION;
      case GLOCK_TYPE_UNSPECIFIED -> throw ARGUMENT.bad(field, "is missing");
      case UNRECOGNIZED -> throw ARGUMENT.bad(field, "is not a glock type");
    };
  }

  /** Reads a glock type that may be left out; null then. */
  public static @Nullable GlockType typeOrNull(String field, glockenspiel.lock.v1.GlockType type) {
    return type == glockenspiel.lock.v1.GlockType.GLOCK_TYPE_UNSPECIFIED ? null : type(field, type);
  }

  /** Writes a mode. */
  public static glockenspiel.lock.v1.LockMode mode(LockMode mode) {
    return switch (mode) {
      case UN -> glockenspiel.lock.v1.LockMode.LOCK_MODE_UN;
      case SH -> glockenspiel.lock.v1.LockMode.LOCK_MODE_SH;
      case DF -> glockenspiel.lock.v1.LockMode.LOCK_MODE_DF;
      case EX -> glockenspiel.lock.v1.LockMode.LOCK_MODE_EX;
    };
  }

  /** Writes a mode that may be none. */
  public static glockenspiel.lock.v1.LockMode modeOrUnspecified(@Nullable LockMode mode) {
    return mode == null ? glockenspiel.lock.v1.LockMode.LOCK_MODE_UNSPECIFIED : mode(mode);
  }

  /** Reads a required mode. */
  public static LockMode mode(String field, glockenspiel.lock.v1.LockMode mode) {
    return switch (mode) {
      case LOCK_MODE_UN -> LockMode.UN;
      case LOCK_MODE_SH -> LockMode.SH;
      case LOCK_MODE_DF -> LockMode.DF;
      case LOCK_MODE_EX -> LockMode.EX;
      case LOCK_MODE_UNSPECIFIED -> throw ARGUMENT.bad(field, "is missing");
      case UNRECOGNIZED -> throw ARGUMENT.bad(field, "is not a lock mode");
    };
  }

  /** Writes the bits of {@link LockFlags} as names. */
  public static List<LockFlag> flags(int flags) {
    if (flags == 0) {
      return List.of();
    }
    List<LockFlag> names = new ArrayList<>(2);
    add(names, flags, LockFlags.TRY, LockFlag.LOCK_FLAG_TRY);
    add(names, flags, LockFlags.TRY_1CB, LockFlag.LOCK_FLAG_TRY_1CB);
    add(names, flags, LockFlags.NOEXP, LockFlag.LOCK_FLAG_NOEXP);
    add(names, flags, LockFlags.PRIORITY, LockFlag.LOCK_FLAG_PRIORITY);
    add(names, flags, LockFlags.ANY, LockFlag.LOCK_FLAG_ANY);
    return names;
  }

  private static void add(List<LockFlag> names, int flags, int bit, LockFlag name) {
    if (LockFlags.has(flags, bit)) {
      names.add(name);
    }
  }

  /** Reads flags: each at most once, TRY and TRY_1CB not together. */
  public static int flags(String field, List<LockFlag> names) {
    int flags = 0;
    for (int i = 0; i < names.size(); i++) {
      int bit =
          switch (names.get(i)) {
            case LOCK_FLAG_TRY -> LockFlags.TRY;
            case LOCK_FLAG_TRY_1CB -> LockFlags.TRY_1CB;
            case LOCK_FLAG_NOEXP -> LockFlags.NOEXP;
            case LOCK_FLAG_PRIORITY -> LockFlags.PRIORITY;
            case LOCK_FLAG_ANY -> LockFlags.ANY;
            case LOCK_FLAG_UNSPECIFIED -> throw ARGUMENT.bad(field, "has an empty flag");
            case UNRECOGNIZED -> throw ARGUMENT.bad(field, "has an unknown flag");
          };
      if ((flags & bit) != 0) {
        throw ARGUMENT.bad(field, "has " + LockFlags.toString(bit) + " twice");
      }
      flags |= bit;
    }
    if (LockFlags.has(flags, LockFlags.TRY | LockFlags.TRY_1CB)) {
      throw ARGUMENT.bad(field, "TRY and TRY_1CB exclude each other");
    }
    return flags;
  }

  /** Writes an outcome. */
  public static glockenspiel.lock.v1.LockOutcome outcome(LockOutcome outcome) {
    return switch (outcome) {
      case GRANTED -> glockenspiel.lock.v1.LockOutcome.LOCK_OUTCOME_GRANTED;
      case TRY_FAILED -> glockenspiel.lock.v1.LockOutcome.LOCK_OUTCOME_TRY_FAILED;
      case CANCELLED -> glockenspiel.lock.v1.LockOutcome.LOCK_OUTCOME_CANCELLED;
      case DEADLOCK -> glockenspiel.lock.v1.LockOutcome.LOCK_OUTCOME_DEADLOCK;
      case REFUSED -> glockenspiel.lock.v1.LockOutcome.LOCK_OUTCOME_REFUSED;
      case SESSION_LOST -> glockenspiel.lock.v1.LockOutcome.LOCK_OUTCOME_SESSION_LOST;
    };
  }

  /** Reads an outcome. */
  public static LockOutcome outcome(String field, glockenspiel.lock.v1.LockOutcome outcome) {
    return switch (outcome) {
      case LOCK_OUTCOME_GRANTED -> LockOutcome.GRANTED;
      case LOCK_OUTCOME_TRY_FAILED -> LockOutcome.TRY_FAILED;
      case LOCK_OUTCOME_CANCELLED -> LockOutcome.CANCELLED;
      case LOCK_OUTCOME_DEADLOCK -> LockOutcome.DEADLOCK;
      case LOCK_OUTCOME_REFUSED -> LockOutcome.REFUSED;
      case LOCK_OUTCOME_SESSION_LOST -> LockOutcome.SESSION_LOST;
      case LOCK_OUTCOME_UNSPECIFIED -> throw ARGUMENT.bad(field, "is missing");
      case UNRECOGNIZED -> throw ARGUMENT.bad(field, "is not a lock outcome");
    };
  }

  /** Writes the gate. */
  public static glockenspiel.lock.v1.GateStatus gate(GateStatus gate) {
    return glockenspiel.lock.v1.GateStatus.newBuilder()
        .setGeneration(gate.generation())
        .addAllPendingJids(gate.pendingJids())
        .setFirstMountPending(gate.firstMountPending())
        .build();
  }

  /** Reads the gate; one that was left out is open under generation 0. */
  public static GateStatus gate(String field, glockenspiel.lock.v1.GateStatus gate) {
    int previous = -1;
    for (int jid : gate.getPendingJidsList()) {
      if (jid <= previous) {
        throw ARGUMENT.bad(field + ".pending_jids", gate.getPendingJidsList() + " do not ascend");
      }
      previous = jid;
    }
    return new GateStatus(
        ARGUMENT.count(field + ".generation", gate.getGeneration()),
        gate.getPendingJidsList(),
        gate.getFirstMountPending());
  }

  /** Writes a lock value block. */
  static ByteString lockValue(LockValue value) {
    return UnsafeByteOperations.unsafeWrap(value.toBytes());
  }

  /** Reads a lock value block; null when it was left out. */
  static @Nullable LockValue lockValue(String field, boolean present, ByteString value) {
    if (!present) {
      return null;
    }
    if (value.size() > LockValue.BYTES_MAX) {
      throw ARGUMENT.bad(
          field, "has " + value.size() + " bytes, at most " + LockValue.BYTES_MAX + " allowed");
    }
    return LockValue.of(value.toByteArray());
  }

  /** Reads a traceparent; empty for none. */
  static String trace(String field, String trace) {
    return trace.isEmpty() ? trace : ARGUMENT.text(field, trace, TRACE_LENGTH_MAX);
  }

  /** Reads the required name of a lockspace. */
  public static String lockspace(String field, String name) {
    return ARGUMENT.name(field, name, NAME_LENGTH_MAX);
  }

  /** Reads the required name of a node. */
  public static String nodeName(String field, String name) {
    return ARGUMENT.name(field, name, NAME_LENGTH_MAX);
  }
}
