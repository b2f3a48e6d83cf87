package glockenspiel.protocol.storage;

/**
 * A volume as a node needs it. Superblock, rindex and jindex are read as blocks.
 *
 * @param name lock table, {@code cluster:fs}
 * @param blockSize 512 to 4096 bytes
 * @param blocks size of the device in blocks: valid block numbers are below it
 * @param journals how many journals there are; jids are 0 to journals - 1
 */
public record VolumeInfo(String name, int blockSize, long blocks, int journals) {}
