from django.urls import path, register_converter

from journal.account import pages as views_pages
from journal.account import views as views_account
from journal.archive import views as views_data
from journal.day import views
from journal.history import views as views_history
from journal.listening import views as listening_views
from journal.picker import sharing
from journal.picker import views as views_search
from journal.playlists import views as views_playlists
from journal.recap import views as views_recap
from journal.reminders import views as views_reminders
from journal.site import views as views_site
from journal.site.dates import DateConverter
from journal.songs import views as views_songs
from journal.songs import views_learnt, views_own
from journal.spotify import views as views_profile
from journal.stats import views as views_stats
from journal.tryout import views as views_tryout

register_converter(DateConverter, "date")

app_name = "journal"

urlpatterns = [
    path("journal/", views.today_page, name="today"),
    path("journal/<date:date>/", views.day, name="day"),
    path("journal/<date:date>/favourite/", views_history.favourite, name="favourite"),
    path("journal/<date:date>/phrases/", views.add, name="add_phrase"),
    path("journal/<date:date>/felt/", views.felt, name="felt"),
    path("phrases/", views.phrases, name="phrases"),
    path("phrases/<uuid:phrase_id>/delete/", views.delete, name="delete_phrase"),
    path("entries/<uuid:entry_id>/card/", views.entry_card, name="entry_card"),
    path("entries/<uuid:entry_id>/pick/", views.picker, name="picker"),
    path("entries/<uuid:entry_id>/remote/", views_search.remote, name="remote"),
    path("entries/<uuid:entry_id>/search/", views_search.choose_search, name="choose_search"),
    path("entries/<uuid:entry_id>/answer/", views.answer, name="answer"),
    path("entries/<uuid:entry_id>/clear/", views.clear, name="clear"),
    path("entries/<uuid:entry_id>/note/", views.note, name="note"),
    path("entries/<uuid:entry_id>/swap/", views.swap, name="swap"),
    path("entries/<uuid:entry_id>/retry/", views.retry, name="retry"),
    path("entries/<uuid:entry_id>/label/", views.label, name="label"),
    path("share/", sharing.share, name="share"),
    path("share/search/", views_search.choose_search, name="choose_search"),
    path("share/<uuid:song_id>/", sharing.share_file, name="share_file"),
    path("songs/", views_own.songs_page, name="songs"),
    path("songs/export.<slug:kind>", views_playlists.export, name="export_songs"),
    path("songs/list/", views_playlists.song_list, name="song_list"),
    path("songs/list/spotify/", views_playlists.make, name="make_playlist"),
    path("listen/<str:token>/", views_songs.shared_audio, name="listen"),
    path("songs/<uuid:song_id>/edit/", views_songs.song_edit, name="song_edit"),
    path("songs/<uuid:song_id>/delete/", views_songs.song_delete, name="song_delete"),
    path("songs/<uuid:song_id>/like/", views_own.like, name="like"),
    path("songs/<uuid:song_id>/", views_songs.song_page, name="song"),
    path("songs/<uuid:song_id>/audio/", views_songs.song_audio, name="song_audio"),
    path("songs/<uuid:song_id>/why/", views_songs.song_why, name="song_why"),
    path("songs/<uuid:song_id>/whole/", views_songs.song_whole, name="song_whole"),
    path("songs/<uuid:song_id>/why.png", views_songs.song_picture, name="song_picture"),
    path("songs/<uuid:song_id>/label/", views_songs.song_label, name="song_label"),
    path("songs/<uuid:song_id>/retry/", views_songs.song_retry, name="song_retry"),
    path("listening/", listening_views.listening_page, name="listening_page"),
    path("listening/import/", listening_views.import_history, name="import_listening"),
    path("listening/follow/", listening_views.listening_follow, name="follow_listening"),
    path("listening/pause/", listening_views.pause, name="pause_listening"),
    path("listening/delete/", listening_views.listening_delete, name="delete_listening"),
    path("hear/<int:year>/<int:month>/", views_own.hear_month, name="hear_month"),
    path("history/", views_history.history, name="history"),
    path("history/gentle/", views_history.gentle, name="gentle"),
    path("history/random/", views_history.random_day, name="random_day"),
    path("stats/", views_stats.stats, name="stats"),
    path("recap/", views_recap.latest, name="recap"),
    *(
        path(f"recap/{where}{file}", view, values, name=f"recap_{unit}{ending}")
        for unit, where in (("month", "<int:year>/<int:month>/"), ("year", "<int:year>/"))
        for file, view, values, ending in (
            ("", views_recap.recap, {}, ""),
            ("picture.svg", views_recap.picture, {"kind": "svg"}, "_svg"),
            ("picture.png", views_recap.picture, {"kind": "png"}, "_png"),
            ("<slug:page>-<slug:shape>.png", views_recap.slide, {}, "_slide"),
        )
    ),
    path("more/", views_pages.more, name="more"),
    path("settings/", views_pages.settings_page, name="settings"),
    path("learned/", views_learnt.learnt, name="learnt"),
    path("learned/switch/", views_learnt.switch_learnt, name="switch_learnt"),
    path("learned/forget/", views_learnt.learnt_forget, name="forget_learnt"),
    path("learned/question/", views_learnt.answer_question, name="answer_question"),
    path("settings/devices/", views_account.devices_page, name="devices"),
    path("settings/devices/sign-out/", views_account.sign_out_devices, name="sign_out_devices"),
    path("settings/data/", views_data.data_page, name="data"),
    path("settings/data/export/", views_data.export_data, name="export_data"),
    path("settings/data/import/", views_data.import_data, name="import_data"),
    path("exports/<uuid:transfer_id>/", views_data.export_file, name="export_file"),
    path("settings/reminder/", views_reminders.reminders, name="reminders"),
    path("settings/reminder/device/", views_reminders.subscribe, name="subscribe"),
    path("settings/reminder/device/stop/", views_reminders.unsubscribe, name="unsubscribe"),
    path("settings/reminder/calendar/", views_reminders.change_calendar, name="change_calendar"),
    path("settings/reminder/stop/", views_reminders.stop, name="stop_reminders"),
    path("reminder/<str:key>.ics", views_reminders.calendar_feed, name="calendar_feed"),
    path("reminder/stop/<str:token>/", views_reminders.stop_reminding, name="stop_reminding"),
    path("settings/leave/", views_account.leave, name="leave"),
    path("offline/", views_site.offline, name="offline"),
    path("sw.js", views_site.service_worker, name="service_worker"),
    path("privacy/", views_account.privacy_page, name="privacy"),
    path("profile/", views_profile.profile, name="profile"),
    path("profile/listening/", views_profile.spotify_listening, name="listening"),
    path("journal/add/", sharing.add_to_today, name="add_to_today"),
    path("profile/disconnect/", views_profile.spotify_disconnect, name="disconnect"),
    path("try/", views_tryout.begin, name="begin_try_out"),
    path("try/songs/", views_tryout.tryout_songs, name="try_songs"),
    path("try/samples/<slug:key>/audio/", views_tryout.sample_audio, name="sample_audio"),
    path("try/<uuid:tryout_id>/", views_tryout.try_out, name="try_out"),
    path("emotions/", views_pages.emotions, name="emotions"),
]
