/**
 * Damaged volumes, from seeds: an image that a simulated cluster has left behind is changed where
 * it hurts, with checksums that fit, and then opened, checked, dumped, replayed and examined. Only
 * the command and tests call in; it imports the cores, and the worlds that make the images.
 */
@NullMarked
package glockenspiel.simulation.fuzz;

import org.jspecify.annotations.NullMarked;
