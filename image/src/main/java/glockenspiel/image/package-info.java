/**
 * Whole images: makes them ({@link glockenspiel.image.ImageFormat}), describes them ({@link
 * glockenspiel.image.ImageInfo}) and checks them ({@link glockenspiel.image.ImageCheck}).
 *
 * <p>Pure: blocks come from a {@link glockenspiel.ondisk.BlockReader} and go to a {@link
 * glockenspiel.image.BlockSink}; no I/O of its own, no threads, no clocks, no randomness. Called by
 * the command line, the demo, the simulation and tests, on images that nobody changes meanwhile;
 * imports the JDK, JSpecify and {@code glockenspiel.ondisk} only.
 */
@NullMarked
package glockenspiel.image;

import org.jspecify.annotations.NullMarked;
