package glockenspiel.simulation.fuzz;

import java.util.ArrayList;
import java.util.List;

/** Runs seeds in a process of its own, and prints what they have broken. */
final class FuzzChild {
  private FuzzChild() {}

  /** From the first to the last seed. */
  public static void main(String[] arguments) {
    List<String> broken = new ArrayList<>();
    for (long seed = Long.parseLong(arguments[0]); seed <= Long.parseLong(arguments[1]); seed++) {
      broken.addAll(VolumeFuzz.run(seed).broken());
    }
    System.out.println(broken);
  }
}
