/*
 * Calls of UEFI boot services (UEFI 2.10, chapters 7, 12 and 13).
 */

#include "firmware.h"

#include <string.h>

#include "cpu.h"
#include "fail.h"

#define PATH_MAX 256

/* Bytes that the map may grow by after being measured: 80 descriptors. */
#define SPARE_BYTES 4096

/* How often the firmware may change the map under ExitBootServices. */
#define EXIT_TRIES 8

static EFI_HANDLE image_handle;
static EFI_BOOT_SERVICES *services;
static EFI_FILE_HANDLE volume;

/* The number that names an EFI error in the specification's appendix D. */
static unsigned error_number(EFI_STATUS status) { return (unsigned)(status & ~EFI_ERROR_MASK); }

void firmware_start(EFI_HANDLE image, EFI_SYSTEM_TABLE *system) {
    EFI_GUID image_id = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_GUID files_id = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_LOADED_IMAGE *loaded;
    EFI_FILE_IO_INTERFACE *files;
    image_handle = image;
    services = system->BootServices;
    EFI_STATUS status = services->HandleProtocol(image, &image_id, (void **)&loaded);
    if (!EFI_ERROR(status))
        status = services->HandleProtocol(loaded->DeviceHandle, &files_id, (void **)&files);
    if (!EFI_ERROR(status))
        status = files->OpenVolume(files, &volume);
    if (EFI_ERROR(status)) {
        fail("cannot open the volume the loader was started from "
             "(EFI error %u)",
             error_number(status));
    }
}

void *firmware_allocate(uint64_t bytes, const char *what) {
    UINTN pages = bytes / PAGE_BYTES + (bytes % PAGE_BYTES != 0 || bytes == 0);
    EFI_PHYSICAL_ADDRESS address;
    EFI_STATUS status = services->AllocatePages(AllocateAnyPages, EfiLoaderData, pages, &address);
    if (EFI_ERROR(status)) {
        fail("no memory for %s: %u MiB wanted; give the machine more", what,
             (unsigned)(bytes >> 20) + 1);
    }
    return memset((void *)address, 0, pages * PAGE_BYTES);
}

bool firmware_read(const char *path, struct firmware_file *file) {
    CHAR16 name[PATH_MAX];
    size_t length = strlen(path);
    if (length >= PATH_MAX)
        fail("%s: path longer than 255 characters", path);
    for (size_t i = 0; i <= length; i++)
        name[i] = path[i] == '/' ? '\\' : (CHAR16)(unsigned char)path[i];
    EFI_FILE_HANDLE handle;
    EFI_STATUS status = volume->Open(volume, &handle, name, EFI_FILE_MODE_READ, 0);
    if (status == EFI_NOT_FOUND)
        return false;
    /* The position after the last byte, asked for as "the end", is the size. */
    UINT64 bytes = 0;
    if (!EFI_ERROR(status))
        status = handle->SetPosition(handle, UINT64_MAX);
    if (!EFI_ERROR(status))
        status = handle->GetPosition(handle, &bytes);
    if (!EFI_ERROR(status))
        status = handle->SetPosition(handle, 0);
    UINTN bytes_read = bytes;
    if (!EFI_ERROR(status)) {
        file->data = firmware_allocate(bytes + 1, path);
        file->bytes = bytes;
        status = handle->Read(handle, &bytes_read, file->data);
    }
    if (EFI_ERROR(status) || bytes_read != bytes)
        fail("%s: cannot read it as a file (EFI error %u)", path, error_number(status));
    handle->Close(handle);
    return true;
}

/* Writes where the one-bits of `mask` lie and how many they are. */
static void color_mask(uint32_t mask, uint8_t *size, uint8_t *shift) {
    *size = (uint8_t)__builtin_popcount(mask);
    *shift = mask == 0 ? 0 : (uint8_t)__builtin_ctz(mask);
}

bool firmware_framebuffer(struct limine_framebuffer *framebuffer) {
    EFI_GUID graphics_id = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics;
    if (EFI_ERROR(services->LocateProtocol(&graphics_id, NULL, (void **)&graphics)))
        return false;
    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode = graphics->Mode->Info;
    EFI_PIXEL_BITMASK masks = mode->PixelInformation;
    if (mode->PixelFormat == PixelRedGreenBlueReserved8BitPerColor)
        masks = (EFI_PIXEL_BITMASK){0xff, 0xff00, 0xff0000, 0xff000000};
    else if (mode->PixelFormat == PixelBlueGreenRedReserved8BitPerColor)
        masks = (EFI_PIXEL_BITMASK){0xff0000, 0xff00, 0xff, 0xff000000};
    else if (mode->PixelFormat != PixelBitMask)
        return false;
    uint32_t all = masks.RedMask | masks.GreenMask | masks.BlueMask | masks.ReservedMask;
    if (all == 0 || graphics->Mode->FrameBufferBase == 0)
        return false;
    unsigned pixel_bytes = (39 - (unsigned)__builtin_clz(all)) / 8;
    memset(framebuffer, 0, sizeof *framebuffer);
    framebuffer->address = (void *)graphics->Mode->FrameBufferBase;
    framebuffer->width = mode->HorizontalResolution;
    framebuffer->height = mode->VerticalResolution;
    framebuffer->pitch = (uint64_t)mode->PixelsPerScanLine * pixel_bytes;
    framebuffer->bits_per_pixel = (uint16_t)(pixel_bytes * 8);
    framebuffer->memory_model = LIMINE_FRAMEBUFFER_RGB;
    color_mask(masks.RedMask, &framebuffer->red_mask_size, &framebuffer->red_mask_shift);
    color_mask(masks.GreenMask, &framebuffer->green_mask_size, &framebuffer->green_mask_shift);
    color_mask(masks.BlueMask, &framebuffer->blue_mask_size, &framebuffer->blue_mask_shift);
    return true;
}

/* Reads the map into the buffer that is there; returns UEFI's answer. */
static EFI_STATUS read_map(struct firmware_map *map, UINTN *key) {
    UINT32 version;
    UINTN bytes = map->capacity;
    UINTN stride = 0;
    EFI_STATUS status = services->GetMemoryMap(&bytes, map->descriptors, key, &stride, &version);
    map->bytes = bytes;
    map->stride = stride;
    return status;
}

void firmware_memory_map(struct firmware_map *map) {
    UINTN key;
    map->capacity = 0;
    map->descriptors = NULL;
    EFI_STATUS status = read_map(map, &key);
    if (status == EFI_BUFFER_TOO_SMALL) {
        map->capacity = map->bytes + SPARE_BYTES;
        map->descriptors = firmware_allocate(map->capacity, "the firmware's memory map");
        status = read_map(map, &key);
    }
    if (EFI_ERROR(status) || map->stride < sizeof(EFI_MEMORY_DESCRIPTOR))
        fail("cannot read the firmware's memory map (EFI error %u)", error_number(status));
}

void firmware_exit(struct firmware_map *map) {
    EFI_STATUS status = EFI_SUCCESS;
    /* A stale key means that the map has changed since it was read. */
    for (int tries = 0; tries < EXIT_TRIES; tries++) {
        UINTN key;
        status = read_map(map, &key);
        if (EFI_ERROR(status))
            break;
        status = services->ExitBootServices(image_handle, key);
        if (!EFI_ERROR(status)) {
            disable_interrupts();
            fail_without_services();
            return;
        }
    }
    fail("cannot end the boot services (EFI error %u)", error_number(status));
}
