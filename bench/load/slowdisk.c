/* Makes every flush of a file take SLOWDISK_MS milliseconds longer, as on a disk behind a network. For bench/load.sh. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void linger(void)
{
    static int ms = -1;
    if (ms < 0) ms = getenv("SLOWDISK_MS") ? atoi(getenv("SLOWDISK_MS")) : 0;
    usleep(ms * 1000);
}

int fsync(int file)
{
    linger();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int fdatasync(int file)
{
    linger();
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
