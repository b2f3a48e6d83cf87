package glockenspiel.cli.cluster;

import glockenspiel.node.filesystem.FileSystem;
import glockenspiel.ondisk.inode.FileType;
import java.nio.ByteBuffer;
import java.util.List;

/** Files of a node in this process, inside one of its tasks. */
public record LocalFiles(FileSystem fileSystem) implements VolumeFiles {
  private static final int FILE_PERMISSIONS = 0644;
  private static final int DIRECTORY_PERMISSIONS = 0755;

  @Override
  public List<String> directories(String path) {
    return fileSystem.list(path).stream()
        .filter(entry -> entry.type() == FileType.DIRECTORY)
        .map(entry -> entry.nameText())
        .toList();
  }

  @Override
  public List<String> names(String path) {
    return fileSystem.list(path).stream().map(entry -> entry.nameText()).toList();
  }

  @Override
  public void createDirectory(String path) {
    var _ = fileSystem.createDirectory(path, DIRECTORY_PERMISSIONS);
  }

  @Override
  public void create(String path) {
    var _ = fileSystem.create(path, FILE_PERMISSIONS);
  }

  @Override
  public long size(String path) {
    return fileSystem.stat(path).size();
  }

  @Override
  public ByteBuffer read(String path, long offset, int length) {
    return fileSystem.read(path, offset, length);
  }

  @Override
  public int write(String path, long offset, ByteBuffer source) {
    return fileSystem.write(path, offset, source);
  }

  @Override
  public boolean canAppend() {
    return true;
  }

  @Override
  public long append(String path, ByteBuffer source) {
    return fileSystem.append(path, source);
  }

  @Override
  public void truncate(String path) {
    fileSystem.truncate(path);
  }

  @Override
  public void link(String existing, String path) {
    fileSystem.link(existing, path);
  }

  @Override
  public void unlink(String path) {
    fileSystem.unlink(path);
  }

  @Override
  public void removeDirectory(String path) {
    fileSystem.removeDirectory(path);
  }

  @Override
  public void fsync(String path) {
    fileSystem.fsync(path);
  }

  @Override
  public void sync() {
    fileSystem.sync();
  }
}
