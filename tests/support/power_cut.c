/* LD_PRELOAD library that keeps what a power cut would leave: see power_cut.py.

   After each fsync or fdatasync of a file in $POWER_CUT_ROOT, $POWER_CUT_IMAGE/KEY has the file's content at that time.
   For a folder it has a line "TYPE KEY NAME" for each entry. KEY is the inode and its time of birth, "root" for the
   root. Files whose path matches the pattern $POWER_CUT_IGNORED are not kept. A sync takes $POWER_CUT_SYNC_US; a cut
   meanwhile loses it. The disk itself is not synced. */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    abort();
}

static void key_of(int folder, const char *name, char *key, size_t size)
{
    struct statx status;
    if (statx(folder, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &status))
        snprintf(key, size, "gone");
    else
        snprintf(key, size, "%llu.%lld.%u", (unsigned long long)status.stx_ino, (long long)status.stx_btime.tv_sec,
                 status.stx_btime.tv_nsec);
}

static void copy_file(const char *path, FILE *image)
{
    char buffer[1 << 16];
    size_t length;
    FILE *file = fopen(path, "rb"); /* a descriptor of its own: the program's position stays */
    if (!file)
        die(path);
    while ((length = fread(buffer, 1, sizeof buffer, file)) > 0)
        if (fwrite(buffer, 1, length, image) != length)
            die("copy");
    fclose(file);
}

static void list_folder(const char *path, FILE *image)
{
    char key[64];
    struct dirent *entry;
    DIR *folder = opendir(path);
    if (!folder)
        die(path);
    while ((entry = readdir(folder))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        key_of(dirfd(folder), entry->d_name, key, sizeof key);
        fprintf(image, "%c %s %s\n", entry->d_type == DT_DIR ? 'd' : 'f', key, entry->d_name);
    }
    closedir(folder);
}

static void keep(int fd, const char *path, const char *root, const char *images)
{
    char key[64], new[PATH_MAX], kept[PATH_MAX], self[64];
    const char *sync_us = getenv("POWER_CUT_SYNC_US");
    struct stat status;
    int lock;
    FILE *image;
    snprintf(new, sizeof new, "%s/lock", images);
    lock = open(new, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0 || flock(lock, LOCK_EX) || fstat(fd, &status))
        die(new);
    if (!strcmp(path, root))
        snprintf(key, sizeof key, "root");
    else
        key_of(fd, "", key, sizeof key);
    snprintf(new, sizeof new, "%s/%s.new", images, key);
    snprintf(kept, sizeof kept, "%s/%s", images, key);
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    image = fopen(new, "wb");
    if (!image)
        die(new);
    if (S_ISDIR(status.st_mode))
        list_folder(self, image);
    else
        copy_file(self, image);
    if (sync_us)
        usleep(atoi(sync_us));
    if (fclose(image) || rename(new, kept))
        die(kept);
    close(lock);
}

static int sync_file(int fd)
{
    char self[64], path[PATH_MAX];
    const char *root = getenv("POWER_CUT_ROOT"), *images = getenv("POWER_CUT_IMAGE");
    const char *ignored = getenv("POWER_CUT_IGNORED");
    ssize_t length;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    length = readlink(self, path, sizeof path - 1);
    if (length < 0) {
        errno = EBADF;
        return -1;
    }
    path[length] = 0;
    if (!root || !images || strncmp(path, root, strlen(root)))
        return 0;
    if (ignored && !fnmatch(ignored, path, 0))
        return 0;
    keep(fd, path, root, images);
    return 0;
}

int fsync(int fd)
{
    return sync_file(fd);
}

int fdatasync(int fd)
{
    return sync_file(fd);
}
