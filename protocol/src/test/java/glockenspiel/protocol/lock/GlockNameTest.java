package glockenspiel.protocol.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class GlockNameTest {
  /** The hash is part of no message, but of page tokens and listings: it never changes. */
  @Test
  void numberOfAnApplicationLockIsFnv1a() {
    assertEquals(0xaf63dc4c8601ec8cL, GlockName.application("a").number());
    assertEquals(0x85944171f73967e8L, GlockName.application("foobar").number());
    assertEquals(GlockType.APPLICATION, GlockName.application("a").type());
    assertNull(GlockName.LIVE.applicationName());
  }

  /** Two names that are known to have one hash. */
  @Test
  void namesWithOneHashAreTwoLocks() {
    GlockName one = GlockName.application("8yn0iYCKYHlIj4-BwPqk");
    GlockName other = GlockName.application("GReLUrM4wMqfg9yzV3KQ");

    assertEquals(one.number(), other.number());
    assertEquals(one.hashCode(), other.hashCode());
    assertNotEquals(one, other);
    assertTrue(one.compareTo(other) < 0);
    assertTrue(other.compareTo(one) > 0);
    assertEquals(one, GlockName.application("8yn0iYCKYHlIj4-BwPqk"));
    assertEquals(0, one.compareTo(GlockName.application("8yn0iYCKYHlIj4-BwPqk")));
  }

  @Test
  void refusesNamesThatAreNone() {
    assertEquals("é".repeat(32), GlockName.application("é".repeat(32)).applicationName());
    for (String bad : List.of("", "x".repeat(65), "é".repeat(32) + "x", "a\nb", "\ud800")) {
      assertThrows(IllegalArgumentException.class, () -> GlockName.application(bad));
    }
    assertThrows(IllegalArgumentException.class, () -> new GlockName(GlockType.APPLICATION, 1));
  }

  @Test
  void readsWhatItWrites() {
    for (GlockName name :
        List.of(
            GlockName.LIVE,
            new GlockName(GlockType.QUOTA, -1),
            GlockName.application("orders/42:eu"))) {
      assertEquals(name, GlockName.parse(name.toString()));
    }
    assertEquals("2/12", GlockName.inode(0x12).toString());
    assertEquals("16/af63dc4c8601ec8c:a", GlockName.application("a").toString());
    for (String bad : List.of("", "2", "2/", "7/1", "16/af63dc4c8601ec8c", "16/1:", "x/1")) {
      assertThrows(IllegalArgumentException.class, () -> GlockName.parse(bad), bad);
    }
  }

  @Test
  void ordersByTypeNumberAndName() {
    List<GlockName> ordered =
        List.of(
            GlockName.LIVE,
            GlockName.inode(1),
            GlockName.inode(-1),
            GlockName.journal(0),
            GlockName.application("foobar"),
            GlockName.application("a"));
    assertEquals(ordered, ordered.reversed().stream().sorted().toList());
  }
}
