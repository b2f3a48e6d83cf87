package glockenspiel.protocol.storage;

import java.nio.ByteBuffer;

/**
 * The content of one block. The buffer holds exactly one block between position 0 and its limit,
 * big-endian, and must not change once it was handed over.
 *
 * @param block its number in the volume, in file system blocks
 */
public record BlockImage(long block, ByteBuffer content) {}
