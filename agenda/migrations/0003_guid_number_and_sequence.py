import uuid

import django.utils.timezone
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

import forum.numbers


def give_guids_and_numbers(apps, schema_editor):
    """Rooms and sessions that are there already: each a guid of its own, and sessions the number that follows from it."""
    rooms = apps.get_model('agenda', 'Room').objects.all()
    for pk in rooms.values_list('pk', flat=True):
        rooms.filter(pk=pk).update(guid=uuid.uuid4())
    sessions, taken = apps.get_model('agenda', 'Session').objects.all(), set()
    for pk, edition in sessions.values_list('pk', 'edition'):
        guid = uuid.uuid4()
        number = forum.numbers.new_number(guid, lambda number: (edition, number) in taken)
        taken.add((edition, number))
        sessions.filter(pk=pk).update(guid=guid, number=number)


def date_slots_by_their_release(apps, schema_editor):
    """What was released is unchanged since."""
    releases = apps.get_model('agenda', 'Release').objects.filter(pk=OuterRef('release'))
    slots = apps.get_model('agenda', 'ReleasedSlot').objects.all()
    slots.update(changed_at=Subquery(releases.values('published_at')[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('agenda', '0002_initial'),
        ('forum', '0002_public_change'),
    ]

    operations = [
        migrations.AddField(
            model_name='releasedslot',
            name='changed_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name='releasedslot',
            name='sequence',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='room',
            name='guid',
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name='session',
            name='guid',
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name='session',
            name='number',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.RunPython(give_guids_and_numbers, migrations.RunPython.noop),
        migrations.RunPython(date_slots_by_their_release, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='session',
            name='number',
            field=forum.numbers.LastingNumberField(editable=False),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.UniqueConstraint(fields=('edition', 'guid'), name='room_guid_once_an_edition'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(fields=('edition', 'guid'), name='session_guid_once_an_edition'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.UniqueConstraint(fields=('edition', 'number'), name='session_number_once_an_edition'),
        ),
    ]
