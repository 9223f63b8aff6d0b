"""What goes with a back-up of the database: the objects of files, and rules that a restored database keeps."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.databases import CIPHER, TestServer

from adapters.postgres import restoring
from adapters.postgres.database import Database
from booking_domain.files.model import FileParty
from booking_domain.shared.heartbeats import Activity
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.files.contracts import a_ready_file
from entrypoints.cli.backup import Objects, complete
from entrypoints.container import Container
from entrypoints.settings.main import Settings


async def test_objects_are_copied_once_set_aside_and_put_back(postgres: TestServer, tmp_path: Path) -> None:
    backup, make = tmp_path / "backup", Builder()
    with postgres.database() as url:
        environ = {"DATABASE_URL": url, "BOOKING_DATA_DIR": str(tmp_path)}
        container = Container(settings=Settings.from_environment(environ))
        database, storage = Database(url, cipher=CIPHER, pool_size=2), container.object_storage()
        container.database.override(database)
        await database.open()
        try:
            user = make.user()
            file = a_ready_file(make, user)
            async with database.begin() as tx:
                await tx.users.add(user)
                await tx.files.add(file)
            for key in file.objects:
                await storage.write(key, b"image", content_type="image/webp")
            objects = Objects(backup, container)
            assert [await objects.copy() for _ in range(2)] == [len(file.objects), 0]
            assert await objects.put_back() == (0, 0)

            await storage.delete(file.objects)
            assert await objects.put_back() == (len(file.objects), 0)
            read = await storage.head(file.objects[0])
            assert read is not None
            assert read.content_type == "image/webp"

            async with database.begin() as tx:
                await tx.files.save(file.delete(FileParty.UPLOADER, NOW), was=file)
            assert await objects.copy() == 0  # what no file has any more is set aside, for as long as states have it
            async with database.begin() as tx:
                await tx.users.add(other := make.user())
                await tx.files.add(again := replace(file, id=a_ready_file(make, other).id, account_id=other.id))
            assert await objects.put_back() == (0, len(again.objects))
            today = container.clock().now().date()
            kept = [each for each in (backup / "removed" / today.isoformat()).rglob("*") if each.is_file()]
            assert len(kept) == len(file.objects)
            objects.remove_before(today)
            assert all(each.exists() for each in kept)
            objects.remove_before(today + timedelta(days=1))
            assert not any(each.exists() for each in kept)
            assert set((await restoring.broken(database)).values()) == {0}
        finally:
            await database.close()


async def test_a_back_up_that_is_complete_is_noted_in_the_database(postgres: TestServer, tmp_path: Path) -> None:
    with postgres.database() as url:
        settings = Settings.from_environment({"BOOKING_DATA_DIR": str(tmp_path)})
        settings.backups.mkdir()
        database = Database(url, cipher=CIPHER, pool_size=2)
        await database.open()
        try:
            assert Activity.BACKUP not in await database.heartbeats()
            assert await complete(settings, url) == (0, 0)
            assert (await database.heartbeats())[Activity.BACKUP].age < timedelta(minutes=5)
        finally:
            await database.close()
